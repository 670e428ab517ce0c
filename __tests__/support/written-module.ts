/** Reads a written Terraform module as Terraform does: all its files are one configuration. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Section = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The sections of every `*.tf.json` of the folder, merged. */
export function configurationOf(folder: string): Readonly<Record<string, Section>> {
  const merged: Record<string, Record<string, Readonly<Record<string, unknown>>>> = {};
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tf.json'))) {
    const sections: Readonly<Record<string, Section>> = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const [section, blocks] of Object.entries(sections)) {
      merged[section] ??= {};
      for (const [name, block] of Object.entries(blocks)) merged[section][name] = block;
    }
  }
  return merged;
}
