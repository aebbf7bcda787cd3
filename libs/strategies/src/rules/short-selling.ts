import type { ParameterDescription } from './strategy';

/** The parameter by which a rule that can sell short is allowed to. */
export const SHORT: ParameterDescription = {
  name: 'short',
  description: 'Whether it sells short where it would otherwise hold nothing: 1 = yes, 0 = no.',
  min: 0,
  max: 1,
  whole: true,
  default: 0,
};
