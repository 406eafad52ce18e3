/* Shapes that several modules share. What Python sends is in payload.d.ts. */
import type { DetailPayload, MapRow, SettingsPayload, SweepPayload, View } from "./payload.d.ts";
import type { Sweep } from "#lab/model/sweep.mjs";
import type { Track } from "#lab/model/track.mjs";
import type { Overlay } from "#lab/views/overlay.mjs";
import type { Readings } from "#lab/views/readings.mjs";
import type { TableData } from "#lab/views/table-rows.mjs";

export type * from "./payload.d.ts";
/** An inspected run, with the block that it came in. */
export type Detail = DetailPayload & { packed: { block: string } };

/** An answer's payload: its block, and for a sweep the settings as they were asked for. */
export interface Packed {
  block: string;
  settings: SettingsPayload;
}
export type Settings = SettingsPayload;
export type Verdict = SweepPayload["verdicts"][number];
export type Values = Float32Array | Int32Array | Uint16Array;
export type Numbers = ArrayLike<number>;
/** Pixels or data: across, up. */
export type Point = [number, number];
export type Point3 = [number, number, number];
/** Points of a line; null is a break. */
export type Line = (Point | null)[];

/** What Python says of a view, see app/domain/views.py. */
export interface ViewRow {
  is_usual: boolean;
  is_plotted: boolean;
  over_timeline: boolean;
  glides: "never" | "bowl" | "always";
}

/** The rest of a view; its record is in page/views.mjs. */
export interface ViewParts {
  draw: Draw;
  readings(overlay: Overlay, sweep: Sweep, moment: Snapshot): Readings;
  /** Beside its title, in a few words. */
  note(sweep: Sweep, moment: Snapshot): string;
  sentence(sweep: Sweep, moment: Snapshot): string;
  table(sweep: Sweep, moment: Snapshot): TableData;
}

/** A control's field, see components/page_config.py. */
export interface Field {
  label: string;
  default: number | string;
  options: Record<string, string> | null;
  range: [number, number] | null;
  stops: number[] | null;
  decides: keyof Settings | null;
  users: string[] | null;
  is_more: boolean;
}

export interface Config {
  fields: Record<string, Field>;
  data: Record<string, { classes: [string, string] | null; predictors: number }>;
  losses: Record<string, { label: string; title: string; unit: string; about: string }>;
  usual_loss: { classes: string; numbers: string };
  starts_anew: (keyof Settings)[];
  start: { planes: string[]; parameter: number; coordinate: number };
  stops: number[];
  views: Record<View, ViewRow>;
  panels: string[];
  planes: string[];
  curtain: string[];
  /** What a class can guess, by the colours of the strip. */
  answers: string[];
  colors: string[];
  themes: string[];
  link: { version: number; longest: number };
  upload: { bytes: number; predictors: number; separators: string[] };
  scale: [number, string][];
  cut_at: number;
  map_axes: Record<string, MapAxis>;
}

/** What is true of a run at an epoch; after an overflow the last finite point is kept on show. */
export interface Snapshot {
  track: Track;
  index: number;
  epoch: number;
  overflowed: boolean;
  /** Of what is drawn. */
  shownEpoch: number;
  first: number;
  second: number;
  loss: number;
  firstSlope: number;
  secondSlope: number;
  offPlane: number;
  /** On the way between two epochs: their indices, and the share of the way. */
  glide?: { from: number; to: number; share: number };
}

/** To which powers of ten zoomed pictures reach, null for the picture as it is: the plane, the loss
    in the cross sections, and the target in the fit. */
export interface Zoom {
  plane: number | null;
  loss: number | null;
  fit: number | null;
}

/** What a view shows at a place of its canvas. */
export interface Readout {
  at: Point;
  lines: string[];
}

/** Where the next step lands: on the plane, and as far as they are known its loss and the step's
    length over all parameters. */
export interface NextStep {
  first: number;
  second: number;
  loss: number | null;
  length: number | null;
}

/** The exact losses along both directions at an epoch. */
export interface Slice {
  0: Float32Array;
  1: Float32Array;
  samples: number;
  /** The losses between which a number is known. */
  range: number[];
}

/** What a curtain hides, see components/page_config.py. */
export type Part = "verdict" | "strip" | "mark" | "ahead" | "hints" | "optimum";

/** What is on show. */
export interface State {
  /** There from the first sweep on; nothing reads it before. */
  sweep: Sweep;
  run: number;
  track: Track;
  /** A start that is being set by hand, shown instead of the run. */
  preview: Track | null;
  detail: Detail | null;
  slices: { at(epoch: number): Slice | undefined } | null;
  /** Whether the fit shows the squares of its errors. */
  areSquared: boolean;
  /** The parts that a curtain lies over; state/curtain.mjs says for whom. */
  hidden: Set<string>;
  /** The epoch that the person asked for; a sweep shows the nearest that it has. */
  wanted: number;
  playing: boolean;
  /** The playhead's place on the timeline, 0 to 1. */
  share: number;
  speed: number;
  loop: boolean;
  /** Whether a hand holds something. */
  held: boolean;
  /** While presenting, all text on the pictures is larger. */
  textSize: number | undefined;
}

/** A start set by hand; a line has no plane. */
export interface StartPoint {
  plane: string;
  first: number;
  second: number;
}

/** The plane of a network's loss, as it is chosen and requested. */
export interface PlaneChoice {
  kind: string;
  first?: number;
  second?: number;
  epoch?: number;
  run?: number;
}

/** An answer of the server: a payload or an error, see callbacks/answers.py. */
export interface Answer {
  ticket: number;
  error?: string;
  field?: string | null;
  /** A value of the field with which the rest can be trained. */
  instead?: number | null;
  /** Seconds after which to ask again. */
  again?: number;
  /** The person's own data are to be sent with it. */
  missing?: boolean;
  [part: string]: any;
}

export interface Chapter {
  slug: string;
  settings: Settings;
  playhead: number;
  views: string[];
  hide: string[];
  curtain: string[];
  question: { choices: string[]; answer: number } | null;
  /** The part of a panel that the text speaks of; 0 for all. */
  part: number;
  task: Task | null;
  previous: string | null;
  next: string | null;
}

/** What a task asks for, all of it at once: each number between two, each name as it is. */
export type Check = { train_loss_below?: number; within_epochs?: number; verdict?: Verdict } & {
  [Name in keyof Settings | "epoch" | "weight" | "bias" | "input"]?: [number, number] | string;
};

/** See app/lessons/task.py. */
export interface Task {
  checks: Check[];
  answer: number | null;
  done: string;
  hint: string;
  curtain: string[];
  /** Whether a button shows what the task hides. */
  reveals: boolean;
}

export interface Look {
  color: string;
  dash: number[];
  marker: "square" | "triangle" | "diamond" | "cross";
}

/** A run that is kept for comparison. */
export interface Pin {
  look: Look;
  track: Track;
  settings: Settings;
  end: number;
  verdict: Verdict;
  lastLoss: number | null;
  lastAccuracy: string;
  /** Which of its epochs are drawn. */
  thinned: number[];
  mismatch?: string | null;
  coordinates?: Float32Array | null;
}

/** A person's own data as they are sent: `content` is base64. */
export interface Upload {
  content: string;
  name: string;
  target: string;
  predictors: string[];
  standardize: boolean;
  /** Whether the target has two values alone. */
  hasClasses?: boolean;
  reading?: Reading;
  isSent?: boolean;
}

/** What was set by hand about how a table is read, see app/domain/csv_table.py. */
export interface Reading {
  separator?: string;
  decimal?: string;
  decimals?: Record<string, string>;
  header?: number;
  missing?: number[];
}

/** A number that can be read in two ways, and a number that probably stands for a missing one. */
export interface TableQuestion {
  column: string;
  cell: string;
  point: string;
  comma: string;
  decimal: "point" | "comma";
}
export interface Sentinel {
  value: number;
  columns: string[];
  count: number;
  is_left_out: boolean;
}

/** What the server found in a table, see callbacks/user_data.py. */
export interface Table {
  label: string;
  rows: number;
  separator: string;
  decimal: string;
  /** The lines of the names, and the first line of the numbers. */
  header: number[];
  body: number;
  head: [number, string[]][];
  questions: TableQuestion[];
  sentinels: Sentinel[];
  columns: string[];
  numeric: string[];
  /** By the name of its column, the two words of a target; and the columns of two numbers. */
  classes: Record<string, string[]>;
  two_numbers: string[];
  notes: string[];
}

/** Where the rows of a map go; to `example_count` where there is no `high`. */
export interface MapAxis {
  low: number;
  high: number | null;
  by_factors: boolean;
  whole: boolean;
}

/** A map of learning rates; a row that was refused has its error. */
export interface RateMap {
  settings: Settings;
  field: string;
  values: number[];
  changed: Partial<Settings>;
  rows: (Partial<MapRow> & { error?: string })[];
  running: boolean;
}

/** A pair of axes in pixels. */
export interface Axes {
  x(value: number): number;
  y(value: number): number;
  toX(pixel: number): number;
  toY(pixel: number): number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  inside(context: CanvasRenderingContext2D, draw: () => void): void;
}

/** The rectangle of a pair of axes. */
export type Area = Pick<Axes, "left" | "right" | "top" | "bottom">;

/** The 3D scene: pixels of a data point. */
export interface SceneAxes {
  point(x: number, y: number, z: number): Point;
  /** Grows with the distance from the camera. */
  depth(x: number, y: number, z: number): number;
}

/** A view draws what moves, on the canvas above its figure. */
export type Draw = (
  overlay: Overlay,
  sweep: Sweep,
  moment: Snapshot,
  shown: Pick<State, "run" | "slices" | "areSquared">,
) => void;

/** A run in the table of compared ones; that on show has no look of a pin. */
export type Compared = Omit<Pin, "look" | "thinned"> & { look: Look | null };

/** The loss after one step of each learning rate. */
export interface StepCurve {
  /** The loss before it, and how that changes for each unit of a small rate. */
  now: number;
  slope: number;
  rates: number[];
  losses: number[];
  after(rate: number): number;
  /** Whether even the highest rate is the best. */
  fallsOn: boolean;
  best: number | null;
  /** From where on the loss goes up, and where beyond that it goes down again. */
  rise: number | null;
  fall: number | null;
}

/** What each panel's chart is drawn of, for its sentence and its table. */
export interface ChartContents {
  "rate-axis": StepCurve & { rate: number; landing: number };
  "loss-by-rate": {
    rates: number[];
    now: (number | null | undefined)[];
    ends: (number | null | undefined)[];
    accuracies: (number | undefined)[] | null;
    epoch: number;
    asked: number;
  };
  sharpness: { epochs: number[]; values: number[]; thresholds: (number | null)[] };
  compare: { runs: Compared[]; names: string[] };
  map: { map: RateMap; color: string };
}

/** What a saved page has in it, see page/save.mjs. */
export interface Saved {
  saved: string;
  theme: string;
  epoch: number;
  panels: string[];
  words: string;
  query: string;
  home: string | null;
  payload: Packed & { planeChoice: PlaneChoice | null };
  detail: { block: string } | null;
}

/** A control of the rail. */
export interface Control {
  control: HTMLElement;
  field: keyof Settings;
  name: string;
  decides: keyof Settings | null;
  stops: number[] | null;
  standard: number | string;
  isMore: boolean;
  input: HTMLInputElement;
  typed: HTMLInputElement | null;
}

declare module "./payload.d.ts" {
  /** `bytes` are those of the block, see lib/arrays.mjs. */
  interface Encoded {
    bytes: Uint8Array;
  }
}

declare global {
  interface Window {
    dash_clientside: { set_props(id: string, props: { data: unknown }): void };
    MathJax?: { tex2svg?(tex: string, options: { display: boolean }): HTMLElement };
    descentLab: unknown;
    Plotly: Plotly;
  }
  /** The part of plotly.js 4.1 that the page calls. */
  interface Plotly {
    purge(plot: PlotElement): void;
    newPlot(plot: PlotElement, data: any[], layout: any, config: object): Promise<PlotElement>;
    react(plot: PlotElement, data: any[], layout: any, config: object): Promise<PlotElement>;
    update(
      plot: PlotElement,
      style: object,
      layout: object,
      traces?: number[],
    ): Promise<PlotElement>;
    restyle(plot: PlotElement, style: object, traces: number[]): Promise<PlotElement>;
    relayout(plot: PlotElement, layout: object): Promise<PlotElement>;
    toImage(plot: PlotElement, options: object): Promise<string>;
    Plots: { resize(plot: PlotElement): Promise<void> };
  }
  /** A figure's element; what begins with _ is Plotly's own and read in views/ only. */
  interface PlotElement extends HTMLElement {
    _fullLayout?: any;
    data: any[];
    layout: any;
  }
}
