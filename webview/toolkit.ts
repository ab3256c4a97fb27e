import './shared/stylesNonce.ts';
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { element, setText } from './shared/dom.ts';

// All controls come from here. The toolkit is no longer developed: whatever takes its place takes it in this file.
provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
);

interface ToolkitButton extends HTMLElement {
  disabled: boolean;
  ariaPressed: string | null;
  ariaExpanded: string | null;
}
interface ToolkitCheckbox extends HTMLElement {
  checked: boolean;
  disabled: boolean;
}

export interface Button {
  readonly element: HTMLElement;
  setDisabled(disabled: boolean): void;
  /** For buttons that are on or off. */
  setPressed(pressed: boolean): void;
  /** Text of a text button; name and tooltip of an icon button. */
  setLabel(label: string, tooltip?: string): void;
  setIcon(icon: SVGElement): void;
}

export function iconButton(icon: SVGElement, label: string, onClick: () => void, tooltip = label): Button {
  const made = element('vscode-button' as 'div', { 'aria-label': label, appearance: 'icon', title: tooltip });
  made.append(icon);
  return asButton(made as unknown as ToolkitButton, onClick, (text, title) => {
    made.setAttribute('aria-label', text);
    made.title = title ?? text;
  });
}

export function textButton(
  label: string,
  onClick: () => void,
  { primary = false, tooltip = '' }: { readonly primary?: boolean; readonly tooltip?: string } = {},
): Button {
  const made = element('vscode-button' as 'div', { appearance: primary ? 'primary' : 'secondary', title: tooltip });
  const text = document.createTextNode(label);
  made.append(text);
  return asButton(made as unknown as ToolkitButton, onClick, (newLabel, title) => {
    setText(text, newLabel);
    if (title !== undefined) made.title = title;
  });
}

function asButton(
  made: ToolkitButton,
  onClick: () => void,
  setLabel: (label: string, tooltip: string | undefined) => void,
): Button {
  made.addEventListener('click', onClick);
  return {
    element: made,
    setDisabled: (disabled) => {
      made.disabled = disabled;
    },
    setPressed: (pressed) => {
      made.ariaPressed = String(pressed);
      made.classList.toggle('pressed', pressed);
    },
    setLabel: (label, tooltip) => setLabel(label, tooltip),
    setIcon: (icon) => made.replaceChildren(icon),
  };
}

export interface Checkbox {
  readonly element: HTMLElement;
  setChecked(checked: boolean): void;
  setDisabled(disabled: boolean): void;
}

export function checkbox(label: string, onChange: (checked: boolean) => void, tooltip?: string): Checkbox {
  const made = element('vscode-checkbox' as 'div', { title: tooltip }, label) as unknown as ToolkitCheckbox;
  let setting = false;
  // The toolkit says `change` also when a script checks the box.
  made.addEventListener('change', () => {
    if (!setting) onChange(made.checked);
  });
  return {
    element: made,
    setChecked: (checked) => {
      setting = true;
      made.checked = checked;
      setting = false;
    },
    setDisabled: (disabled) => {
      made.disabled = disabled;
    },
  };
}

export interface Dropdown<T extends string> {
  readonly element: HTMLElement;
  /** Its choices anew, by value and text, and the chosen one. */
  set(choices: readonly (readonly [value: T, text: string])[], chosen: T): void;
}

export function dropdown<T extends string>(label: string, onChoose: (value: T) => void): Dropdown<T> {
  const made = element('vscode-dropdown' as 'div', { 'aria-label': label }) as unknown as HTMLElement & {
    value: string;
  };
  let shown = '';
  // The toolkit says `change` also when a script chooses.
  let chosenByScript = '';
  made.addEventListener('change', () => {
    if (made.value === chosenByScript) return;
    chosenByScript = made.value;
    onChoose(made.value as T);
  });
  return {
    element: made,
    set: (choices, chosen) => {
      const wanted = JSON.stringify(choices);
      chosenByScript = chosen;
      if (wanted !== shown) {
        shown = wanted;
        made.replaceChildren(
          ...choices.map(([value, text]) =>
            element('vscode-option' as 'div', { value, ...(value === chosen ? { selected: '' } : {}) }, text),
          ),
        );
      }
      if (made.value !== chosen) made.value = chosen;
    },
  };
}

export interface Slider {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  set(value: number, text: string): void;
}

/** The toolkit has no slider: the browser's own, with a name before it and its value behind. */
export function slider(
  label: string,
  { min, max, step = 1 }: { readonly min: number; readonly max: number; readonly step?: number },
  onInput: (value: number) => void,
  tooltip?: string,
): Slider {
  const input = element('input', {
    type: 'range',
    class: 'slider',
    min: String(min),
    max: String(max),
    step: String(step),
    'aria-label': label,
  });
  const value = element('span', { class: 'slider-value', 'aria-hidden': 'true' });
  const name = element('span', { class: 'slider-name', 'aria-hidden': 'true' }, label);
  input.addEventListener('input', () => onInput(input.valueAsNumber));
  return {
    element: element('label', { class: 'slider-row', title: tooltip }, name, input, value),
    input,
    set: (number, text) => {
      if (input.valueAsNumber !== number) input.value = String(number);
      input.setAttribute('aria-valuetext', text);
      setText(value, text);
    },
  };
}

export function progressRing(label: string): HTMLElement {
  return element('vscode-progress-ring' as 'div', { class: 'ring', 'aria-label': label });
}
