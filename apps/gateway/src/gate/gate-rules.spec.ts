import { gatewayRoutes } from '#contracts';
import { gateRules } from './gate-rules.js';

describe('the gate', () => {
  it('has a rule for every route behind it, and for no other', () => {
    const gated = gatewayRoutes.filter(({ access }) => access.kind === 'gate').map(({ id }) => id);
    expect(Object.keys(gateRules).sort()).toEqual([...gated].sort());
  });
});
