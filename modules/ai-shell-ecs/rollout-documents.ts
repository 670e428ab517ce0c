import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Fn, TerraformLocal, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { ImageReference } from './image-reference';
import type { Names } from './names';
import type { AiShellEcsSettings, InPlaceRolloutSettings } from './settings';

export interface RolloutDocumentsProps {
  readonly names: Names;
  readonly settings: AiShellEcsSettings;
  readonly rollout: InPlaceRolloutSettings;
  /** By the names that documents know them by. */
  readonly images: Readonly<Record<string, ImageReference>>;
}

/** A typing error in a value that is written by hand is refused by AWS itself. */
const DOCUMENT_PATTERN = '^v=1( [A-Za-z0-9_.-]+=[A-Za-z0-9._:/@-]+)+$';

/** What is wanted, and what hosts keep: `wanted` is written by Terraform or the command, `images` by the driver alone. */
export class RolloutDocuments extends Construct {
  readonly wanted: SsmParameter;
  readonly images: SsmParameter;
  private readonly live: TerraformLocal;
  private readonly given: TerraformLocal;

  constructor(scope: Construct, id: string, { names, settings, rollout, images }: RolloutDocumentsProps) {
    super(scope, id);
    const references = Object.entries(images).map(([name, { reference }]) => [name, reference] as const);
    const common = { type: 'String', allowedPattern: DOCUMENT_PATTERN, tags: settings.tags } as const;
    this.wanted = new SsmParameter(this, 'wanted', {
      ...common,
      name: names.wantedParameter,
      description: `Images that ${settings.name} is to run`,
      tier: 'Intelligent-Tiering',
      insecureValue: words(['v', '1'], ...references),
      lifecycle: {
        // A document of more than 4 KB makes another tier of it.
        ignoreChanges: ['tier', ...(rollout.startedBy === 'command' ? ['insecure_value'] : [])],
      },
    });
    this.images = new SsmParameter(this, 'images', {
      ...common,
      name: names.imagesParameter,
      description: `Images that hosts of ${settings.name} keep, and how far a rollout is; written by its driver`,
      tier: 'Intelligent-Tiering',
      insecureValue: words(
        ['v', '1'],
        // The first generation of what is wanted is what is current.
        ...(['wanted=1', 'phase=settled', 'wave=0', 'since=0', 'begun=0', 'retired=0'].map((word) =>
          word.split('='),
        ) as [string, string][]),
        ...references.map(([name, reference]) => [`${name}.current`, reference] as const),
      ),
      lifecycle: { ignoreChanges: ['insecure_value', 'tier'] },
    });
    // What the driver wrote last, by word: what is built of it follows the live value.
    this.live = new TerraformLocal(
      this,
      'live',
      `\${{ for word in split(" ", ${this.images.fqn}.insecure_value) : split("=", word)[0] => split("=", word)[1] }}`,
    );
    // Of an image that the document has yet to know; a reference may be put together at plan, which no function takes as it is.
    this.given = new TerraformLocal(this, 'given', Object.fromEntries(references));
  }

  /** The image as the live document says. */
  current(name: string, image: ImageReference): ImageReference {
    const given = Fn.lookupNested(this.given.expression, [name]);
    const reference = Token.asString(Fn.lookup(this.live.expression, `${name}.current`, given));
    return { ...image, reference };
  }
}

function words(...pairs: readonly (readonly [string, string])[]): string {
  return pairs.map((pair) => pair.join('=')).join(' ');
}
