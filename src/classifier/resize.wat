;; The two passes of a resize with fixed-point weights (22 bits), rounded to bytes after each pass, as Pillow does.
;; Compiled into resize-wasm.ts by `npm run compile-wat`; resize.ts lays out the memory and calls it.
(module
  (memory (export "memory") 1)

  ;; Horizontal pass: `rows` rows of RGB pixels, `stride` bytes apart, to rows of `count` RGB pixels without gaps.
  ;; `starts`: for each output pixel the byte in the row where its inputs start. `weights`: `taps` for each output pixel.
  ;; Each output pixel is written as four bytes, the last of them junk that the next pixel overwrites.
  (func (export "horizontal")
    (param $in i32) (param $rows i32) (param $stride i32)
    (param $starts i32) (param $weights i32) (param $taps i32) (param $count i32) (param $out i32)
    (local $x i32) (local $t i32) (local $p i32) (local $w i32) (local $sum v128) (local $zero v128)
    (loop $row
      (local.set $x (i32.const 0))
      (local.set $w (local.get $weights))
      (loop $pixel
        (local.set $sum (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
        (local.set $p (i32.add (local.get $in)
          (i32.load (i32.add (local.get $starts) (i32.shl (local.get $x) (i32.const 2))))))
        (local.set $t (local.get $taps))
        (loop $tap
          (local.set $sum (i32x4.add (local.get $sum)
            (i32x4.mul
              (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $p))))
              (v128.load32_splat (local.get $w)))))
          (local.set $p (i32.add (local.get $p) (i32.const 3)))
          (local.set $w (i32.add (local.get $w) (i32.const 4)))
          (br_if $tap (local.tee $t (i32.sub (local.get $t) (i32.const 1)))))
        (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 22)))
        (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $zero)))
        (v128.store32_lane 0 (local.get $out) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $zero)))
        (local.set $out (i32.add (local.get $out) (i32.const 3)))
        (br_if $pixel (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $count))))
      (local.set $in (i32.add (local.get $in) (local.get $stride)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Vertical pass: one output row of `stride` bytes (a multiple of 16) from `taps` input rows beginning at `in`.
  (func (export "vertical")
    (param $in i32) (param $stride i32) (param $weights i32) (param $taps i32) (param $out i32)
    (local $end i32) (local $t i32) (local $p i32) (local $w i32)
    (local $bytes v128) (local $low v128) (local $high v128) (local $weight v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local.set $end (i32.add (local.get $in) (local.get $stride)))
    (loop $block
      (local.set $s0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
      (local.set $s1 (local.get $s0))
      (local.set $s2 (local.get $s0))
      (local.set $s3 (local.get $s0))
      (local.set $p (local.get $in))
      (local.set $w (local.get $weights))
      (local.set $t (local.get $taps))
      (loop $tap
        (local.set $bytes (v128.load (local.get $p)))
        (local.set $weight (v128.load32_splat (local.get $w)))
        (local.set $low (i16x8.extend_low_i8x16_u (local.get $bytes)))
        (local.set $high (i16x8.extend_high_i8x16_u (local.get $bytes)))
        (local.set $s0 (i32x4.add (local.get $s0)
          (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $low)) (local.get $weight))))
        (local.set $s1 (i32x4.add (local.get $s1)
          (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $low)) (local.get $weight))))
        (local.set $s2 (i32x4.add (local.get $s2)
          (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $high)) (local.get $weight))))
        (local.set $s3 (i32x4.add (local.get $s3)
          (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $high)) (local.get $weight))))
        (local.set $p (i32.add (local.get $p) (local.get $stride)))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (br_if $tap (local.tee $t (i32.sub (local.get $t) (i32.const 1)))))
      (v128.store (local.get $out)
        (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s (i32x4.shr_s (local.get $s0) (i32.const 22)) (i32x4.shr_s (local.get $s1) (i32.const 22)))
          (i16x8.narrow_i32x4_s (i32x4.shr_s (local.get $s2) (i32.const 22)) (i32x4.shr_s (local.get $s3) (i32.const 22)))))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $block (i32.lt_u (local.tee $in (i32.add (local.get $in) (i32.const 16))) (local.get $end)))))

  ;; RGB bytes to three planes of normalised float32, four pixels at a time: (byte / 255 - mean) / deviation, in the order and
  ;; the precision of ToTensor and Normalize. `pixels` is a multiple of four; the planes follow each other at `out`.
  (func (export "normalize") (param $in i32) (param $pixels i32) (param $out i32)
    (local $end i32) (local $plane i32) (local $bytes v128) (local $zero v128)
    (local.set $plane (i32.shl (local.get $pixels) (i32.const 2)))
    (local.set $end (i32.add (local.get $out) (local.get $plane)))
    (loop $four
      (local.set $bytes (v128.load (local.get $in)))
      (v128.store (local.get $out)
        (f32x4.div (f32x4.sub (f32x4.div (f32x4.convert_i32x4_u
          (i8x16.shuffle 0 16 16 16 3 16 16 16 6 16 16 16 9 16 16 16 (local.get $bytes) (local.get $zero)))
          (v128.const f32x4 255 255 255 255)) (v128.const f32x4 0.485 0.485 0.485 0.485)) (v128.const f32x4 0.229 0.229 0.229 0.229)))
      (v128.store (i32.add (local.get $out) (local.get $plane))
        (f32x4.div (f32x4.sub (f32x4.div (f32x4.convert_i32x4_u
          (i8x16.shuffle 1 16 16 16 4 16 16 16 7 16 16 16 10 16 16 16 (local.get $bytes) (local.get $zero)))
          (v128.const f32x4 255 255 255 255)) (v128.const f32x4 0.456 0.456 0.456 0.456)) (v128.const f32x4 0.224 0.224 0.224 0.224)))
      (v128.store (i32.add (local.get $out) (i32.shl (local.get $plane) (i32.const 1)))
        (f32x4.div (f32x4.sub (f32x4.div (f32x4.convert_i32x4_u
          (i8x16.shuffle 2 16 16 16 5 16 16 16 8 16 16 16 11 16 16 16 (local.get $bytes) (local.get $zero)))
          (v128.const f32x4 255 255 255 255)) (v128.const f32x4 0.406 0.406 0.406 0.406)) (v128.const f32x4 0.225 0.225 0.225 0.225)))
      (local.set $in (i32.add (local.get $in) (i32.const 12)))
      (br_if $four (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 16))) (local.get $end))))))
