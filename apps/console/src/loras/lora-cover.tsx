import { IconPhotoSpark } from '@tabler/icons-react';
import { useState } from 'react';
import type { Lora } from '../api/trpc.ts';

const hueStep = 137.5;

/** The thumbnail; where there is none, a ground of the LoRA's own colour. It keeps its place either way. */
export function LoraCover({ lora: { id, thumbnail_url: url } }: { lora: Lora }) {
  const [failed, setFailed] = useState(false);
  return (
    <span className="lora-cover" style={{ '--hue': `${(id * hueStep) % 360}` } as React.CSSProperties}>
      {url && !failed ? (
        <img
          className="picture"
          src={url}
          alt=""
          width={320}
          height={180}
          loading="lazy"
          decoding="async"
          onError={() => setFailed(true)}
        />
      ) : (
        <IconPhotoSpark size={40} stroke={1.25} aria-hidden />
      )}
    </span>
  );
}
