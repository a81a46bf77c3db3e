import { jest } from '@jest/globals';
import { serviceSteps } from './steps/00-service.js';
import { tenantSteps } from './steps/01-tenants.js';
import { intentSteps } from './steps/02-intents.js';
import { workSteps } from './steps/03-work.js';
import { stopSteps } from './steps/04-stops.js';
import { revocationSteps } from './steps/05-revocation.js';
import { sessionSteps } from './steps/06-sessions.js';
import { webhookSteps } from './steps/07-webhooks.js';
import { World } from './world.js';

// One story on one started mesh: later steps build on earlier ones.
const world = new World();

jest.setTimeout(60_000);
beforeAll(() => world.start());
afterAll(() => world.stop());

describe('00 service', () => serviceSteps(world));
describe('01 tenants, agents and keys', () => tenantSteps(world));
describe('02 intents', () => intentSteps(world));
describe('03 work', () => workSteps(world));
describe('04 kill and resume', () => stopSteps(world));
describe('05 revocation', () => revocationSteps(world));
describe('06 sessions', () => sessionSteps(world));
describe('07 webhooks', () => webhookSteps(world));
