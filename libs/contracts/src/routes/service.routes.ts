import { z } from 'zod';
import { ok } from './paging.js';
import { defineRoute } from './route.js';

export const getHealth = defineRoute({
  id: 'health',
  method: 'GET',
  path: '/health',
  access: { kind: 'public' },
  summary: 'The gateway answers. Whether it admits anything is told by /readyz.',
  axme: true,
  response: z.object({
    ...ok,
    service: z.literal('estop'),
    gateway: z.string(),
    region: z.string(),
  }),
});

export const getCapabilities = defineRoute({
  id: 'capabilities',
  method: 'GET',
  path: '/v1/capabilities',
  access: { kind: 'gate', operators: 'mesh:read' },
  summary: 'What this mesh can do, in words that programs look for.',
  axme: true,
  response: z.object({
    ...ok,
    capabilities: z.array(z.string().min(3)).min(1),
    supported_intent_types: z.array(z.string()).min(1),
  }),
});

export const serviceRoutes = [getHealth, getCapabilities] as const;
