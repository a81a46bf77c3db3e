import { Controller } from '@nestjs/common';
import { getDoctor, getMeshStatus } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import type { Diagnosis } from './diagnosis.js';
import { Doctor } from './doctor.js';
import type { MeshStatus } from './mesh-status.js';

@Controller()
export class DoctorController {
  constructor(private readonly doctor: Doctor) {}

  @Endpoint(getDoctor)
  examine(call: Call<typeof getDoctor>): Promise<Diagnosis> {
    return this.doctor.examine(callerOf(call));
  }

  @Endpoint(getMeshStatus)
  status(call: Call<typeof getMeshStatus>): Promise<MeshStatus> {
    return this.doctor.status(callerOf(call));
  }
}
