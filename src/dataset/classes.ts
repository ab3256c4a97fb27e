/** One class of a project. The id is permanent: it is never given to another class, also after a deletion. */
export interface LabelClass {
  /** 0 … 254; 255 means "not labelled". */
  readonly id: number;
  readonly name: string;
  /** `#rrggbb`. */
  readonly colour: string;
}
