import type {
  IPrimitivePaneRenderer,
  ISeriesPrimitive,
  PrimitivePaneViewZOrder,
  SeriesAttachedParameter,
  Time,
} from 'lightweight-charts';

/** Size of the pane, px of the page. */
export interface PaneSize {
  /** Without the price scale. */
  readonly width: number;
  /** Without the time scale. */
  readonly height: number;
}

/** A layer of a chart's pane that we draw ourselves, in pixels of the page. */
export class PaneLayer implements ISeriesPrimitive {
  private readonly views: readonly {
    zOrder(): PrimitivePaneViewZOrder;
    renderer(): IPrimitivePaneRenderer;
  }[];
  private requestUpdate: () => void = () => undefined;

  /**
   * @param zOrder below the candles or above them.
   * @param draw called whenever the pane is drawn.
   */
  constructor(
    zOrder: PrimitivePaneViewZOrder,
    draw: (context: CanvasRenderingContext2D, size: PaneSize) => void,
  ) {
    const renderer: IPrimitivePaneRenderer = {
      draw: (target) =>
        target.useMediaCoordinateSpace(({ context, mediaSize }) => {
          context.save();
          draw(context, mediaSize);
          context.restore();
        }),
    };
    this.views = [{ zOrder: () => zOrder, renderer: () => renderer }];
  }

  /** Called by the chart when the layer is put on it. */
  attached({ requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.requestUpdate = requestUpdate;
  }

  /** Called by the chart for what is to be drawn. */
  paneViews(): PaneLayer['views'] {
    return this.views;
  }

  /** Has the pane drawn anew at the next frame. */
  redraw(): void {
    this.requestUpdate();
  }
}
