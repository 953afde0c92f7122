export type ProgressDisplay = Disposable & {
  /** What is happening now, in place of what was said before; empty: nothing. */
  say(activity: string): void;
  /** Something that stays. */
  note(line: string): void;
};

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;
const defaultColumns = 80;
const clearLine = '\r\u001b[2K';

/** On a terminal one line that is drawn again and again; elsewhere (a file, a pipe) one line for every change. */
export function showProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? drawProgress(stream) : printProgress(stream);
}

function printProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  let said = '';
  return {
    say(activity) {
      if (activity && activity !== said) stream.write(`${activity}\n`);
      said = activity;
    },
    note: (line) => void stream.write(`${line}\n`),
    [Symbol.dispose]: () => undefined,
  };
}

function drawProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  let said = '';
  let frame = 0;
  const draw = () => {
    frame = (frame + 1) % frames.length;
    // A line wider than the terminal would wrap, and could not be drawn over.
    stream.write(clearLine + (said && `${frames[frame]} ${said}`.slice(0, (stream.columns || defaultColumns) - 1)));
  };
  const timer = setInterval(() => said && draw(), frameMs);
  return {
    say(activity) {
      said = activity;
      draw();
    },
    note(line) {
      stream.write(`${clearLine}${line}\n`);
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      stream.write(clearLine);
    },
  };
}
