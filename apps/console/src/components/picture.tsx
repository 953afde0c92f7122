import { type CSSProperties, useMemo } from 'react';
import { thumbHashToDataURL } from 'thumbhash';

type PictureProps = {
  src: string;
  alt: string;
  width: number;
  height: number;
  /** Base64 thumbhash, shown until the picture is there. */
  placeholder: string;
  lazy?: boolean;
};

/** A picture that keeps its place while it loads. */
export function Picture({ src, alt, width, height, placeholder, lazy = true }: PictureProps) {
  const background = useMemo(() => placeholderUrl(placeholder), [placeholder]);
  return (
    <img
      className="picture"
      src={src}
      alt={alt}
      width={width}
      height={height}
      loading={lazy ? 'lazy' : 'eager'}
      decoding="async"
      style={background ? { backgroundImage: `url(${background})` } : undefined}
    />
  );
}

/** For `.stage`: a place of the picture's own shape that fits the window, so that nothing of the picture is cut off. */
export function shapeOf({ width, height }: { width: number; height: number }): CSSProperties {
  return { '--shape': width / height } as CSSProperties;
}

export function placeholderUrl(placeholder: string): string | undefined {
  try {
    return placeholder ? thumbHashToDataURL(Uint8Array.from(atob(placeholder), (char) => char.charCodeAt(0))) : undefined;
  } catch {
    return undefined;
  }
}
