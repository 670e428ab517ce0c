/** The environment the function reads; the infrastructure imports the type, so that a wrong wiring does not compile. */
import * as z from 'zod/mini';

const name = z.string().check(z.minLength(1));

export const imageDigestSettings = z.object({
  /** SSM parameter that holds the reference the golden AMI bakes. */
  REFERENCE_PARAMETER: name,
  /** Registry and repository, without tag; only pushes to it count. */
  REPOSITORY_URL: name,
});

export type ImageDigestSettings = z.infer<typeof imageDigestSettings>;
