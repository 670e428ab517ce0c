import {
  DefaultTokenResolver,
  StringConcat,
  TerraformDataSource,
  TerraformElement,
  TerraformResource,
  type TerraformStack,
  Tokenization,
} from 'cdktf';

/** A resource or data source as Terraform will read it. */
export interface SeenResource {
  readonly construct: TerraformElement;
  readonly type: string;
  /** `type.name`, as in a plan. */
  readonly address: string;
  /** Attributes in Terraform's own names; references are text such as `${aws_s3_bucket.lists.id}`. */
  readonly attributes: Attributes;
  /** The attributes before references were resolved, for those that are JSON. */
  readonly raw: Attributes;
}

export type Attributes = Readonly<Record<string, unknown>>;

/** All resources and data sources of a stack, as the guard rails check them. */
export class StackView {
  readonly resources: readonly SeenResource[];

  constructor(private readonly stack: TerraformStack) {
    this.resources = stack.node.findAll().flatMap((construct) => {
      if (
        !TerraformResource.isTerraformResource(construct) &&
        !TerraformDataSource.isTerraformDataSource(construct)
      )
        return [];
      return TerraformElement.isTerraformElement(construct) ? this.see(construct) : [];
    });
  }

  ofType(...types: readonly string[]): readonly SeenResource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /** Returns the resources of a type whose attribute refers to the target. */
  referring(type: string, attribute: string, target: SeenResource): readonly SeenResource[] {
    return this.ofType(type).filter((resource) => refersTo(resource.attributes[attribute], target));
  }

  /** The JSON of an attribute; undefined when it is made by Terraform and cannot be read here. */
  json(resource: SeenResource, attribute: string): unknown {
    const raw = resource.raw[attribute];
    if (typeof raw === 'string' && Tokenization.reverseString(raw).length > 1)
      // Parsed before references are put in: theirs may hold quotes, which would end the JSON string.
      return this.resolve(parse(raw));
    const resolved = resource.attributes[attribute];
    return typeof resolved === 'string' ? parse(resolved) : undefined;
  }

  private resolve<T>(value: T): T {
    const resolver = new DefaultTokenResolver(new StringConcat());
    return Tokenization.resolve(value, { scope: this.stack, resolver, preparing: false });
  }

  private see(construct: TerraformElement): SeenResource[] {
    const rendered: { resource?: Rendered; data?: Rendered } = construct.toTerraform();
    const kind = rendered.data ? 'data.' : '';
    return Object.entries(rendered.resource ?? rendered.data ?? {}).flatMap(([type, named]) =>
      Object.entries(named).map(([name, raw]) => ({
        construct,
        type: `${kind}${type}`,
        address: `${kind}${type}.${name}`,
        attributes: this.resolve(raw),
        raw,
      })),
    );
  }
}

type Rendered = Readonly<Record<string, Readonly<Record<string, Attributes>>>>;

/** Returns true when the value holds a reference to any attribute of the target. */
export function refersTo(value: unknown, target: SeenResource): boolean {
  return typeof value === 'string' && value.includes(`\${${target.address}.`);
}

/** Returns the blocks of an attribute, which Terraform writes as an object when there is one, else as a list. */
export function blocks(value: unknown): readonly Attributes[] {
  if (Array.isArray(value)) return value.filter(isAttributes);
  return isAttributes(value) ? [value] : [];
}

export function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function isAttributes(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
