/**
 * `ami.lock.json`, which `warmpath coldstart ami` writes and the infrastructure reads when it is synthesized: by Region and
 * architecture, the AMI that instances boot from.
 */
import * as z from 'zod';

export const ARCHITECTURES = ['arm64', 'x86_64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

const ami = z.object({ id: z.string().regex(/^ami-[0-9a-f]+$/, 'the id of an AMI'), name: z.string() });

export const amiLock = z.record(z.string(), z.partialRecord(z.enum(ARCHITECTURES), ami));

export type LockedAmi = z.infer<typeof ami>;
export type AmiLock = z.infer<typeof amiLock>;
