/** What in a Dockerfile makes images slow to build, large, or different every time. */
import { type Instruction, jsonWords, type ParsedDockerfile } from '../dockerfile/instructions';
import { plainWords } from '../dockerfile/words';
import type { ImageDefinition } from '../files/images-file';
import { PINNED } from '../key/copy-records';
import { argumentPairs, listWords } from '../key/instruction-values';
import { parseReference } from '../registry/reference';
import type { Finding } from './finding';

interface LintStage {
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}

type Found = readonly Omit<Finding, 'file'>[];
type Rule = (stage: LintStage, image: ImageDefinition, dockerfile: ParsedDockerfile) => Found;

const MANIFEST =
  /(?:^|\/)(?:package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|requirements[\w.-]*\.txt|pyproject\.toml|uv\.lock|poetry\.lock|go\.(?:mod|sum)|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|composer\.(?:json|lock)|pom\.xml)$/;
const INSTALL =
  /\b(?:npm (?:ci|i|install)|yarn(?: install)?|pnpm (?:i|install)|pip3? install|uv (?:sync|pip install)|poetry install|go mod download|cargo build|bundle install|composer install|mvn )/;
/** What makes files in the step that removes them again. */
const MAKES_FILES =
  /\b(?:apt(?:-get)?|apk|yum|dnf|microdnf|zypper|pip3?|npm|yarn|pnpm|uv|conda|gem|go|cargo|curl|wget|git|tar|unzip|make|mkdir|cp)\b/;
const CLEANUP =
  /(?:rm -rf? (?:\/var\/lib\/apt|\/var\/cache|~?\/?\.cache|\/root\/\.cache|\/tmp)|apt-get clean|npm cache clean|pip cache purge)/;
const COMMIT_ARG = /(?:^|_)(?:sha|commit|revision|git_?ref|build_?(?:id|number|date|time)|timestamp)(?:$|_)/i;

function copiesFrom({ flags }: Instruction): boolean {
  return flags.some((flag) => flag.startsWith('--from'));
}

function copiesAll(instruction: Instruction): boolean {
  return (
    instruction.keyword === 'COPY' &&
    !copiesFrom(instruction) &&
    listWords(instruction.rest)
      .slice(0, -1)
      .some((source) => /^\.?\/?$/.test(source))
  );
}

function copyAllBeforeInstall({ instructions }: LintStage): Found {
  const at = instructions.findIndex(copiesAll);
  const install = instructions.findIndex(
    ({ keyword, rest }, index) => index > at && keyword === 'RUN' && INSTALL.test(rest),
  );
  const copy = instructions[at];
  if (!copy || install < 0 || installsFromManifest(instructions.slice(0, at))) return [];
  return [
    {
      rule: 'copy-all-before-install',
      line: copy.line,
      message: 'every file is copied before dependencies are installed, so that any edit installs them again',
      cure: 'copy manifest and lock file first, install, then copy the rest',
    },
  ];
}

/** Whether dependencies are there before the sources come: installed from a manifest that was copied or mounted. */
function installsFromManifest(instructions: readonly Instruction[]): boolean {
  return instructions.some(
    ({ keyword, rest, flags }, index) =>
      keyword === 'RUN' &&
      INSTALL.test(rest) &&
      (flags.some((flag) => mountsManifest(flag)) || instructions.slice(0, index).some(copiesManifest)),
  );
}

function mountsManifest(flag: string): boolean {
  const source = /^--mount=(?:.*,)?(?:source|src)=([^,]+)/.exec(flag)?.[1];
  return source !== undefined && MANIFEST.test(source);
}

function copiesManifest(instruction: Instruction): boolean {
  return (
    instruction.keyword === 'COPY' &&
    !copiesFrom(instruction) &&
    listWords(instruction.rest)
      .slice(0, -1)
      .some((source) => MANIFEST.test(source) || /(?:package|requirements|Gemfile)[\w.-]*\*/.test(source))
  );
}

function manifestAfterSources({ instructions }: LintStage): Found {
  return instructions.flatMap((instruction, index) => {
    const isManifest = copiesManifest(instruction);
    const before = instructions
      .slice(0, index)
      .some((earlier) => earlier.keyword === 'COPY' && !copiesFrom(earlier) && !copiesManifest(earlier));
    const after = instructions
      .slice(index)
      .some(({ keyword, rest }) => keyword === 'RUN' && INSTALL.test(rest));
    if (!isManifest || !before || !after) return [];
    return [
      {
        rule: 'manifest-after-sources',
        line: instruction.line,
        message: 'the manifest of dependencies is copied after sources',
        cure: 'copy it before anything that changes more often',
      },
    ];
  });
}

function argPerCommit(
  { instructions }: LintStage,
  image: ImageDefinition,
  { escapeToken }: ParsedDockerfile,
): Found {
  return instructions.flatMap(({ keyword, rest, line }) => {
    if (keyword !== 'ARG') return [];
    // One that the file itself gives a value, and nobody else, is the commit of something that is pinned.
    return argumentPairs(rest, escapeToken)
      .filter(({ name, value }) => COMMIT_ARG.test(name) && (image.args.has(name) || (value ?? '') === ''))
      .filter(({ name }) => !image.volatileArgs.has(name))
      .map(({ name }) => ({
        rule: 'arg-per-commit',
        line,
        message: `ARG ${name} is another with every commit, and with it the image`,
        cure: 'tell the commit with a tag, or list the argument in volatileArgs',
      }));
  });
}

function unpinnedBase({ from }: LintStage): Found {
  const name = plainWords(from.rest)[0] ?? '';
  const reference = name.includes('$') || name === 'scratch' ? undefined : parseReference(name);
  if (
    !reference ||
    reference.digest !== undefined ||
    (reference.tag !== undefined && reference.tag !== 'latest')
  )
    return [];
  return [
    {
      rule: 'unpinned-base',
      line: from.line,
      message: `base ${name} is whatever is newest`,
      cure: 'name a version, such as python:3.12-slim',
    },
  ];
}

function addUrl({ instructions }: LintStage): Found {
  return instructions.flatMap(({ keyword, rest, flags, line }) =>
    keyword === 'ADD' &&
    listWords(rest).some((word) => /^https?:\/\//.test(word) && !PINNED.test(word)) &&
    !flags.some((flag) => flag.startsWith('--checksum'))
      ? [
          {
            rule: 'add-url',
            line,
            message: 'ADD of a URL: what is there may change without anything here changing',
            cure: 'give --checksum=sha256:…',
          },
        ]
      : [],
  );
}

function shellEntrypoint({ instructions }: LintStage): Found {
  return instructions.flatMap(({ keyword, rest, line }) =>
    keyword === 'ENTRYPOINT' && jsonWords(rest) === undefined
      ? [
          {
            rule: 'shell-entrypoint',
            line,
            message: 'ENTRYPOINT runs in a shell that does not pass signals on',
            cure: 'write it as a JSON array',
          },
        ]
      : [],
  );
}

function cleanupInAnotherLayer({ instructions }: LintStage): Found {
  const runs = instructions.filter(({ keyword }) => keyword === 'RUN');
  return runs.flatMap(({ rest, line }, index) => {
    const makesFiles = MAKES_FILES.test(rest.replace(CLEANUP, ''));
    if (!CLEANUP.test(rest) || makesFiles || index === 0) return [];
    return [
      {
        rule: 'cleanup-in-another-layer',
        line,
        message: 'files of an earlier layer are removed: they stay in the image',
        cure: 'remove them in the RUN that makes them, or use a cache mount',
      },
    ];
  });
}

function timestampByteCode({ instructions }: LintStage, { reproducible }: ImageDefinition): Found {
  if (!reproducible) return [];
  const declared = instructions.some(
    ({ keyword, rest }) => keyword === 'ARG' && rest.includes('SOURCE_DATE_EPOCH'),
  );
  return instructions.flatMap(({ keyword, rest, line }) => {
    if (keyword !== 'RUN') return [];
    const compiles =
      /\b(?:compileall|py_compile|--compile-bytecode|UV_COMPILE_BYTECODE)\b/.test(rest) &&
      !/unchecked-hash|checked-hash/.test(rest);
    const uvProject = /\buv sync\b/.test(rest) && !/--no-install-project|uv_cache\.json/.test(rest);
    return [
      ...(compiles && !declared
        ? [
            {
              rule: 'timestamp-pyc',
              line,
              message:
                'byte code that is checked by time is stale once times are fixed: Python compiles again at every start',
              cure: 'declare ARG SOURCE_DATE_EPOCH before, or compile with --invalidation-mode unchecked-hash',
            },
          ]
        : []),
      ...(uvProject
        ? [
            {
              rule: 'uv-cache-json',
              line,
              message: 'uv writes the time of installation into uv_cache.json of the project',
              cure: 'use --no-install-project, or remove *.dist-info/uv_cache.json and its line of RECORD in the same RUN',
            },
          ]
        : []),
    ];
  });
}

const RULES: readonly Rule[] = [
  ...[copyAllBeforeInstall, manifestAfterSources, argPerCommit, unpinnedBase, addUrl, shellEntrypoint],
  ...[cleanupInAnotherLayer, timestampByteCode],
];

/** Findings of every stage, in the order of the file. */
export function dockerfileFindings(dockerfile: ParsedDockerfile, image: ImageDefinition): readonly Finding[] {
  const stages: { from: Instruction; instructions: Instruction[] }[] = [];
  for (const instruction of dockerfile.instructions) {
    if (instruction.keyword === 'FROM') stages.push({ from: instruction, instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  const names = new Set(stages.flatMap(({ from }) => plainWords(from.rest)[2]?.toLowerCase() ?? []));
  return stages
    .flatMap((stage) => RULES.flatMap((rule) => rule(stage, image, dockerfile)))
    .filter(({ rule, line }) => rule !== 'unpinned-base' || !isStage(stages, line, names))
    .map((finding) => ({ ...finding, file: image.dockerfile }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function isStage(
  stages: readonly LintStage[],
  line: number | undefined,
  names: ReadonlySet<string>,
): boolean {
  const from = stages.find((stage) => stage.from.line === line)?.from;
  return names.has(plainWords(from?.rest ?? '')[0]?.toLowerCase() ?? '');
}
