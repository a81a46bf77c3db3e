import { Controller } from '@nestjs/common';
import { getDoctor } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { Doctor, type Diagnosis } from './doctor.js';

@Controller()
export class DoctorController {
  constructor(private readonly doctor: Doctor) {}

  @Endpoint(getDoctor)
  examine(call: Call<typeof getDoctor>): Promise<Diagnosis> {
    return this.doctor.examine(callerOf(call));
  }
}
