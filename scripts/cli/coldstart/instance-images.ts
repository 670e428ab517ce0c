/** What is known of one instance of a group or its warm pool. */
export interface PooledInstance {
  readonly id: string;
  /** Auto Scaling's word for it, such as `InService` or `Warmed:Stopped`. */
  readonly lifecycleState: string;
  readonly templateVersion: string;
}

/** What the instance itself said when it was asked which of the wanted images are on its disk. */
export type DiskAnswer =
  | { readonly kind: 'answered'; readonly missing: readonly string[] }
  /** Stopped, or not reachable through Systems Manager. */
  | { readonly kind: 'silent' };

export type Verdict =
  /** The instance was asked and has all. */
  | { readonly kind: 'on-disk' }
  /** It could not be asked, but it left the launch hook with a template that wants the same images. */
  | { readonly kind: 'by-template' }
  /** Its template wants other images: it is replaced by an instance refresh. */
  | { readonly kind: 'outdated'; readonly images: readonly string[] }
  | { readonly kind: 'missing'; readonly images: readonly string[] }
  /** It could not be asked, and its template lets instances into service whose pull failed. */
  | { readonly kind: 'unproven' }
  /** Still between launch and hook. */
  | { readonly kind: 'pending' };

/** Returns true for the verdicts on which a task starts without a pull. */
export function isReady({ kind }: Verdict): boolean {
  return kind === 'on-disk' || kind === 'by-template';
}

/** Returns the images a template's user data asks the pre-pull program for; empty where it asks for none. */
export function imagesInUserData(userData: string): string[] {
  return (/^IMAGES=(.*)$/m.exec(userData)?.[1] ?? '').split(',').filter((image) => image !== '');
}

/** Returns whether a template's user data lets an instance into service whose pull failed: then its state proves nothing. */
export function goesOnAfterFailure(userData: string): boolean {
  return /^ON_FAILURE=CONTINUE$/m.test(userData);
}

/** What the template of an instance says of its images. */
export interface TemplateImages {
  readonly images: readonly string[];
  readonly goesOnAfterFailure: boolean;
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((image) => right.includes(image));
}

/** Returns whether `wanted` is on the instance, and how that is known. */
export function judgeInstance(
  instance: PooledInstance,
  wanted: readonly string[],
  template: TemplateImages,
  disk: DiskAnswer,
): Verdict {
  if (disk.kind === 'answered') {
    return disk.missing.length === 0 ? { kind: 'on-disk' } : { kind: 'missing', images: disk.missing };
  }
  if (instance.lifecycleState.includes('Pending')) return { kind: 'pending' };
  if (!same(wanted, template.images)) return { kind: 'outdated', images: template.images };
  return template.goesOnAfterFailure ? { kind: 'unproven' } : { kind: 'by-template' };
}
