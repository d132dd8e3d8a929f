//! What was heard: recordings, and the tones in them.

use std::path::{Path, PathBuf};

/// The windows in which tones are looked for: a tenth of a second.
const WINDOWS_PER_S: usize = 10;
/// A tone is in a window when it makes so much of its energy.
const SHARE: f64 = 0.5;
/// Below this mean square a window is silent.
const SILENCE: f64 = 100.0;

/// A recording of one channel.
#[derive(Clone)]
pub struct Sound {
    path: PathBuf,
    rate: f64,
    samples: Vec<f64>,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} s of {}", self.seconds(), self.path.display())
    }
}

impl Sound {
    /// Reads a WAV file of 16 bits and one channel.
    pub fn read(path: &Path) -> Sound {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (rate, data) = parse(&bytes).unwrap_or_else(|| panic!("{} is no such WAV", path.display()));
        let samples = data
            .chunks_exact(2)
            .map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]])))
            .collect();
        Sound {
            path: path.to_owned(),
            rate: f64::from(rate),
            samples,
        }
    }

    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / self.rate
    }

    /// Seconds in which this tone sounds, rather than others or none.
    pub fn seconds_of(&self, hz: u32) -> f64 {
        self.count(|window| self.share(window, hz) > SHARE)
    }

    /// Seconds in which nothing sounds.
    pub fn seconds_of_silence(&self) -> f64 {
        self.count(|window| energy(window) / (window.len() as f64) < SILENCE)
    }

    fn count(&self, is: impl Fn(&[f64]) -> bool) -> f64 {
        let size = self.rate as usize / WINDOWS_PER_S;
        let count = self.samples.chunks_exact(size).filter(|w| is(w)).count();
        count as f64 / WINDOWS_PER_S as f64
    }

    /// What share of a window's energy this tone makes, by Goertzel's algorithm.
    fn share(&self, window: &[f64], hz: u32) -> f64 {
        let energy = energy(window);
        if energy / (window.len() as f64) < SILENCE {
            return 0.0;
        }
        let turn = 2.0 * (std::f64::consts::TAU * f64::from(hz) / self.rate).cos();
        let (mut one, mut two) = (0.0, 0.0);
        for sample in window {
            (one, two) = (sample + turn * one - two, one);
        }
        let power = one * one + two * two - turn * one * two;
        power / (energy * window.len() as f64 / 2.0)
    }
}

fn energy(window: &[f64]) -> f64 {
    window.iter().map(|sample| sample * sample).sum()
}

/// The sample rate and the samples' bytes.
fn parse(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    let mut rate = None;
    loop {
        let (name, length) = (rest.get(..4)?, rest.get(4..8)?.try_into().ok()?);
        let length = u32::from_le_bytes(length) as usize;
        rest = rest.get(8..)?;
        // The recorder may have left space after the last whole frame.
        let body = rest.get(..length).unwrap_or(rest);
        match name {
            b"fmt " => {
                let number = |at: usize| Some(u16::from_le_bytes(body.get(at..at + 2)?.try_into().ok()?));
                // Linear samples, one channel, 16 bits.
                (number(0)? == 1 && number(2)? == 1 && number(14)? == 16).then_some(())?;
                rate = Some(u32::from_le_bytes(body.get(4..8)?.try_into().ok()?));
            }
            b"data" => return Some((rate?, body)),
            _ => {}
        }
        rest = rest.get(length..)?;
    }
}
