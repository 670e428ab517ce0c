/** How the instance under a task came into service: out of the warm pool, or launched while tasks waited. */
export type InstanceOrigin = 'warm-pool' | 'cold-launch';

/** Attribute that instances register with; the pre-pull program decides its value at boot. */
const ORIGIN_ATTRIBUTE = 'warmpath.origin';

interface Attribute {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
}

/** `undefined` for an instance that does not say, such as one of another capacity provider. */
export function originOf(attributes: readonly Attribute[] = []): InstanceOrigin | undefined {
  const value = attributes.find(({ name }) => name === ORIGIN_ATTRIBUTE)?.value;
  return value === 'warm-pool' || value === 'cold-launch' ? value : undefined;
}
