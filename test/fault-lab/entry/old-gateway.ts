import { StopMode } from '#contracts';
import { runLabGateway } from './lab-gateway.js';

/** A gateway of a build that was made before there was quarantine. */
void runLabGateway({ modes: StopMode.options.filter((mode) => mode !== 'quarantine') });
