import fieldTypes from '../../../../queries/field_types.flux';
import { fluxQuery, instant } from './flux-query';
import { LAST_INSTANT } from './line-protocol';
import type { RunQuery } from './queries';
import { type FieldType, MEASUREMENTS, TYPE_NAMES } from './schema';

/**
 * The first field that the bucket holds with another type than this version writes, in a sentence; '' when all fit. Such a
 * bucket would refuse each point with that field, so it is said before there is any.
 */
export async function schemaFault(run: RunQuery, bucket: string): Promise<string> {
  for (const [measurement, fields] of Object.entries(MEASUREMENTS)) {
    let fault = '';
    const names = { bucket, measurement, since: instant(0), until: instant(LAST_INSTANT) };
    await run(fluxQuery(fieldTypes, names), (row, stored) => {
      const written = fields[row('_field')];
      if (fault !== '' || written === undefined || written === stored) return;
      fault =
        `The bucket ${bucket} holds ${measurement}.${row('_field')} as ${nameOf(stored)}, ` +
        `but this version writes it as ${TYPE_NAMES[written]}. ` +
        'Set INFLUX_BUCKET to another bucket, or delete what another program wrote there.';
    });
    if (fault !== '') return fault;
  }
  return '';
}

function nameOf(stored: string): string {
  return stored in TYPE_NAMES ? TYPE_NAMES[stored as FieldType] : stored;
}
