import * as vscode from 'vscode';
import { messageOf, UserError } from '../../base/userError.ts';

/** What a view shows: nodes, and how they look. */
export interface Tree<Node> {
  /** Asked only while the view is visible. */
  roots(): Promise<readonly Node[]>;
  children(node: Node): readonly Node[] | Promise<readonly Node[]>;
  item(node: Node): vscode.TreeItem;
  /** Fills in what is costly: the hover. */
  resolve?(node: Node, item: vscode.TreeItem, token: vscode.CancellationToken): Promise<void>;
}

const SETTLE_MS = 100;

/** A tree view that does nothing while it is hidden, and gathers refreshes. */
export class TreeHost<Node> implements vscode.Disposable {
  readonly view: vscode.TreeView<Node>;
  readonly #changed = new vscode.EventEmitter<Node | Node[] | undefined>();
  readonly #log: vscode.LogOutputChannel;
  readonly #redrawn = new Set<Node>();
  #timer: NodeJS.Timeout | undefined;
  #redrawTimer: NodeJS.Timeout | undefined;

  constructor(id: string, tree: Tree<Node>, log: vscode.LogOutputChannel) {
    this.#log = log;
    const provider: vscode.TreeDataProvider<Node> = {
      onDidChangeTreeData: this.#changed.event,
      getChildren: async (node) =>
        this.#guarded(async () => [...(await (node === undefined ? tree.roots() : tree.children(node)))]),
      getTreeItem: (node) => tree.item(node),
      resolveTreeItem: async (item, node, token) => {
        try {
          await tree.resolve?.(node, item, token);
        } catch (error) {
          this.#log.debug(messageOf(error));
        }
        return item;
      },
    };
    this.view = vscode.window.createTreeView(id, { treeDataProvider: provider, showCollapseAll: true });
  }

  /** Reads everything again, soon; a hidden view does so when it is shown. */
  refresh(settle = SETTLE_MS): void {
    // A stream of changes must not put it off for ever: the first one starts the clock.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#redrawn.clear();
      this.#changed.fire(undefined);
    }, settle);
  }

  /** Draws nodes again whose look alone has changed. */
  redraw(node: Node): void {
    this.#redrawn.add(node);
    this.#redrawTimer ??= setTimeout(() => {
      this.#redrawTimer = undefined;
      const nodes = [...this.#redrawn];
      this.#redrawn.clear();
      if (nodes.length > 0) this.#changed.fire(nodes);
    }, SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#redrawTimer);
    this.view.dispose();
    this.#changed.dispose();
  }

  async #guarded(read: () => Promise<Node[]>): Promise<Node[]> {
    try {
      const nodes = await read();
      if (this.view.message !== undefined) delete this.view.message;
      return nodes;
    } catch (error) {
      if (error instanceof UserError) this.view.message = error.message;
      else {
        this.view.message = vscode.l10n.t('This could not be shown: {0}', messageOf(error));
        this.#log.error(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
      }
      return [];
    }
  }
}
