/**
 * Makes the controls of a toolbar or list one tab stop: arrow keys, Home and End move among them (WAI-ARIA practices, "Toolbar").
 * Controls may come, go and be hidden at any time.
 */
export function roveFocus(
  container: HTMLElement,
  controls: () => readonly HTMLElement[],
  { vertical }: { readonly vertical: boolean },
): { refresh(): void } {
  let current: HTMLElement | undefined;
  const usable = (): HTMLElement[] =>
    controls().filter((control) => control.closest('[hidden]') === null && !control.hasAttribute('disabled'));

  const refresh = (): void => {
    const list = usable();
    if (current === undefined || !list.includes(current)) current = list[0];
    for (const control of controls()) control.tabIndex = control === current ? 0 : -1;
  };

  container.addEventListener('focusin', ({ target }) => {
    const control = usable().find((each) => target instanceof Node && each.contains(target));
    if (control === undefined || control === current) return;
    current = control;
    refresh();
  });

  container.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    // A slider's own arrows change its value; the other pair leaves it.
    const slider = event.target instanceof HTMLInputElement && event.target.type === 'range';
    const list = usable();
    const at = current === undefined ? -1 : list.indexOf(current);
    const [forward, back] = vertical ? ['ArrowDown', 'ArrowUp'] : ['ArrowRight', 'ArrowLeft'];
    if (slider && !vertical) return;
    let to: number;
    if (event.key === forward) to = (at + 1) % list.length;
    else if (event.key === back) to = (at - 1 + list.length) % list.length;
    else if (event.key === 'Home') to = 0;
    else if (event.key === 'End') to = list.length - 1;
    else return;
    const next = list[to];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    current = next;
    refresh();
    next.focus();
  });

  refresh();
  return { refresh };
}
