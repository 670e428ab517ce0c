export interface GoldenAmiNames {
  /** Name of component, recipe, infrastructure, distribution and pipeline. */
  readonly resource: string;
  readonly amiParameter: string;
  readonly referenceParameter: string;
}

export function goldenAmiNames(name: string): GoldenAmiNames {
  return {
    resource: `${name}-golden-ami`,
    // The service-linked role of Image Builder writes below this path only.
    amiParameter: `/imagebuilder/${name}/golden-ami-id`,
    referenceParameter: `/warmpath/${name}/golden-image`,
  };
}
