import { Controller } from '@nestjs/common';
import { getDoctor } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { Doctor, type Diagnosis } from './doctor.js';

@Controller()
export class DoctorController {
  constructor(private readonly doctor: Doctor) {}

  @Endpoint(getDoctor)
  examine(_call: Call<typeof getDoctor>): Promise<Diagnosis> {
    return this.doctor.examine();
  }
}
