import * as z from 'zod';

const configuration = z.object({
  provider: z.object({
    aws: z.array(z.object({ default_tags: z.array(z.object({ tags: z.record(z.string(), z.unknown()) })) })),
  }),
});

/**
 * Returns the environment that a synthesized stack belongs to: what its tag says, since names of environments may hold dashes; in a
 * stack without that tag the last part of its name, `prod` of `prewarm-prod`.
 */
export function stackEnvironment(stack: string, document: unknown): string {
  const parsed = configuration.safeParse(document);
  const tag = parsed.data?.provider.aws[0]?.default_tags[0]?.tags['Environment'];
  return typeof tag === 'string' && /^[\w.-]+$/.test(tag) ? tag : stack.slice(stack.lastIndexOf('-') + 1);
}
