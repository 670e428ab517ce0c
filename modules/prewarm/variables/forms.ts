import { type ModuleVariable, wholeNumber } from '../../parts/hcl-module';

/** Returns a variable that takes whole numbers from `least` to `most`. */
export function whole(name: string, description: string, fallback: number, least: number, most: number) {
  return {
    description,
    type: 'number',
    default: fallback,
    validations: [wholeNumber(name, least, most)],
  } as const satisfies ModuleVariable;
}

/** Returns a variable that takes texts of a pattern. */
export function text(name: string, description: string, pattern: string, allowed: string) {
  return {
    description,
    validations: [
      { condition: `can(regex("${pattern}", var.${name}))`, message: `${name}: allowed ${allowed}` },
    ],
  } as const satisfies ModuleVariable;
}
