import {
  ANNOTATOR_ACTIONS,
  type AnnotatorAction,
  type AnnotatorActionName,
} from '../../src/messages/annotatorActions.ts';

/** What a tooltip says of an action: its title, and its key unless the person has another one. */
export function tooltipOf(name: AnnotatorActionName, title: string = ANNOTATOR_ACTIONS[name].title): string {
  const { key }: AnnotatorAction = ANNOTATOR_ACTIONS[name];
  return key === undefined ? title : `${title} (${keyName(key)})`;
}

/** A key of the manifest as people write it: `shift+enter` → `Shift+Enter`. */
export function keyName(key: string): string {
  return key
    .split('+')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('+');
}
