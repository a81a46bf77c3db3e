import { Module, type DynamicModule } from '@nestjs/common';
import type { Messaging } from '#event-store';
import { AgentChanges } from './agents/agent-changes.js';
import { AgentCreation } from './agents/agent-creation.js';
import { AgentEntries } from './agents/agent-entries.js';
import { AgentHealth } from './agents/agent-health.js';
import { AgentRevocations } from './agents/agent-revocations.js';
import { AgentStopsController } from './agents/agent-stops.controller.js';
import { AgentStops } from './agents/agent-stops.js';
import { AgentWhy } from './agents/agent-why.js';
import { MeshAgentsController } from './agents/mesh-agents.controller.js';
import { MeshAgents } from './agents/mesh-agents.js';
import { AuditController } from './audit/audit.controller.js';
import { Audit } from './audit/audit.js';
import { Projector } from './audit/projector.js';
import { Armings } from './canary/armings.js';
import { Budgets } from './budgets/budgets.js';
import { BudgetsController } from './budgets/budgets.controller.js';
import { LedgerStore } from './budgets/ledger-reading.js';
import { Canaries } from './canary/canaries.js';
import { CanaryWatch } from './canary/canary-watch.js';
import { CommandMetrics } from './command-metrics.js';
import { Control } from './control/control.js';
import { ProvenSpreads } from './control/proven-spread.js';
import { AgentDirectory } from './directory/agent-directory.js';
import { AgentKeys } from './directory/agent-keys.js';
import { DirectoryController } from './directory/directory.controller.js';
import { KeyCommands } from './directory/key-commands.js';
import { KeysController } from './directory/keys.controller.js';
import { OperatorKeys } from './directory/operator-keys.js';
import { ServiceAccounts } from './directory/service-accounts.js';
import { Tenants } from './directory/tenants.js';
import { DoctorController } from './doctor/doctor.controller.js';
import { CanaryPace, Doctor } from './doctor/doctor.js';
import { Challenges } from './drills/challenges.js';
import { DrillsController } from './drills/drills.controller.js';
import { Drills } from './drills/drills.js';
import { SettingsController } from './directory/settings.controller.js';
import { TenantSettings } from './directory/tenant-settings.js';
import { KeyRotations } from './mesh-admin/key-rotations.js';
import { LogRestores } from './mesh-admin/log-restores.js';
import { MeshAdminController } from './mesh-admin/mesh-admin.controller.js';
import { MeshStreams } from './mesh/mesh-streams.js';
import { MeshController } from './mesh/mesh.controller.js';
import { Mesh } from './mesh/mesh.js';
import { ExpiryReactor } from './reactors/expiry-reactor.js';
import { BreachRecords } from './policies/breach-records.js';
import { Breaches } from './policies/breaches.js';
import { PoliciesController } from './policies/policies.controller.js';
import { Policies } from './policies/policies.js';
import { Evaluators, PolicyDrafts } from './policies/policy-drafts.js';
import { RestrictionLifts } from './policies/restriction-lifts.js';
import { EndedBoots } from './gateways/ended-boots.js';
import { SessionKills, SessionStore } from './sessions/session-kills.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SignalsController } from './signals/signals.controller.js';
import { ReadModel } from './read-model/read-model.js';
import { LiftCommands } from './stops/lift-commands.js';
import { RepeatedStops } from './stops/repeated-stops.js';
import { StopCommands } from './stops/stop-commands.js';
import { StopsController } from './stops/stops.controller.js';
import { ShownStops } from './stops/shown-stops.js';
import { Stops } from './stops/stops.js';
import { outwardProviders, type Outward } from './webhooks/outward.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

/** What lives outside of Nest: the log, the read model and the live messages. */
export interface CommandApiParts {
  readonly control: Control;
  readonly readModel: ReadModel;
  readonly sessions: SessionStore;
  readonly ledger: LedgerStore;
  readonly outward: Outward;
  readonly streams: MeshStreams;
  readonly messaging: Messaging;
  readonly metrics: CommandMetrics;
  readonly armings: Armings;
  /** `0`: no canaries. */
  readonly canaryEveryMs: number;
}

const services = [
  AgentChanges,
  AgentCreation,
  AgentDirectory,
  AgentEntries,
  AgentHealth,
  AgentKeys,
  AgentRevocations,
  AgentStops,
  AgentWhy,
  Audit,
  Breaches,
  BreachRecords,
  Budgets,
  Canaries,
  CanaryWatch,
  Challenges,
  Doctor,
  Drills,
  EndedBoots,
  ExpiryReactor,
  KeyCommands,
  KeyRotations,
  LiftCommands,
  LogRestores,
  Mesh,
  MeshAgents,
  OperatorKeys,
  ProvenSpreads,
  Policies,
  PolicyDrafts,
  RepeatedStops,
  RestrictionLifts,
  ServiceAccounts,
  SessionKills,
  StopCommands,
  Stops,
  ShownStops,
  TenantSettings,
  Tenants,
];

@Module({})
export class CommandApiModule {
  static with(parts: CommandApiParts): DynamicModule {
    const { control, readModel, streams, messaging, metrics, armings } = parts;
    return {
      module: CommandApiModule,
      controllers: [
        AgentStopsController,
        AuditController,
        BudgetsController,
        DirectoryController,
        DoctorController,
        DrillsController,
        KeysController,
        MeshAdminController,
        MeshAgentsController,
        MeshController,
        PoliciesController,
        SessionsController,
        SettingsController,
        SignalsController,
        StopsController,
        WebhooksController,
      ],
      providers: [
        { provide: Control, useValue: control },
        { provide: ReadModel, useValue: readModel },
        { provide: SessionStore, useValue: parts.sessions },
        { provide: LedgerStore, useValue: parts.ledger },
        { provide: MeshStreams, useValue: streams },
        { provide: CommandMetrics, useValue: metrics },
        { provide: Armings, useValue: armings },
        { provide: CanaryPace, useValue: new CanaryPace(parts.canaryEveryMs) },
        { provide: Evaluators, useValue: new Evaluators(messaging) },
        { provide: Projector, useValue: new Projector(messaging) },
        ...outwardProviders(parts.outward, messaging),
        ...services,
      ],
    };
  }
}
