import { visibleText } from '../engine/model/visible-text';

/** A text of others: its own direction, and everything invisible in it shown as an escape. */
export function Foreign({ text }: { readonly text: string }) {
  return <bdi>{visibleText(text)}</bdi>;
}
