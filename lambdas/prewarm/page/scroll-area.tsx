import type { ComponentChildren } from 'preact';
import { TEXTS } from './texts';

/** What is wider than the page scrolls by itself, and is reached by keyboard for that. */
export function ScrollArea({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody scrolls by keyboard
    <section class="scroll" aria-label={TEXTS.tableOf(label)} tabIndex={0}>
      {children}
    </section>
  );
}
