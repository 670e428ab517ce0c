import * as z from 'zod';
import { imagesFileSchema } from '../../cli/image/files/images-file';
import { configFile } from '../../cli/prewarm/service/endpoint-config';
import { fieldTable, type Schema } from './json-schema';
import { pageText } from './markdown';
import { shapeSections, shapesOf } from './shapes';

function schemaOf(schema: z.ZodType): Schema {
  return JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' })));
}

/** Returns the page of the files that people write. */
export function configurationPage(): string {
  return pageText({
    title: 'Configuration',
    about:
      'The files that are written by hand. Unknown keys are refused in all of them. Written from the types and schemas by `npm run build:reference`.',
    parts: [
      '## environments.ts',
      'Where the stacks run, and how large: an object of [Environment](#environment) by name.',
      ...shapeSections(['modules/environment.ts', 'modules/parts/backends.ts'].flatMap(shapesOf)),
      '## images.json',
      'Which images there are, and how each is built: [warmpath image](../../scripts/cli/image).',
      ...fieldTable(schemaOf(imagesFileSchema)),
      '## warmpath.config.json',
      'Which services `--endpoint` of `warmpath prewarm` knows by name: in the current folder, or above it in the repository.',
      ...fieldTable(schemaOf(configFile)),
    ],
  });
}
