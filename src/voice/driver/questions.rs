//! Questions to the exchange that it has not answered: so many in all, and no trunk may hold all of them.

use std::collections::HashMap;
use std::sync::Arc;

/// How many are open, in all and of each trunk.
#[derive(Debug)]
pub struct Questions {
    most: usize,
    open: usize,
    by_trunk: HashMap<Arc<str>, usize>,
}

impl Questions {
    /// None yet, and never more than `most`.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            open: 0,
            by_trunk: HashMap::new(),
        }
    }

    /// Begins one for a call by that trunk, where there is room. Where other trunks bring calls as well, half of the room
    /// is for them: whoever begins calls and gives them up, faster than the exchange can rule on them, takes no more
    /// than the other half.
    pub fn begin(&mut self, trunk: &Arc<str>, is_alone: bool) -> bool {
        let share = if is_alone { self.most } else { self.most / 2 };
        let own = self.by_trunk.get(trunk).copied().unwrap_or(0);
        if self.open >= self.most || own >= share {
            return false;
        }
        self.open += 1;
        self.by_trunk.insert(trunk.clone(), own + 1);
        true
    }

    /// One has been answered.
    pub fn answered(&mut self, trunk: &str) {
        let Some(own) = self.by_trunk.get_mut(trunk) else {
            return;
        };
        self.open -= 1;
        *own -= 1;
        if *own == 0 {
            self.by_trunk.remove(trunk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trunk_takes_no_more_than_half_where_others_bring_calls() {
        let (one, other): (Arc<str>, Arc<str>) = ("one".into(), "other".into());
        let mut questions = Questions::new(10);
        let taken = |questions: &mut Questions, trunk, is_alone| {
            (0..20).filter(|_| questions.begin(trunk, is_alone)).count()
        };
        assert_eq!(taken(&mut questions, &one, false), 5);
        assert_eq!(taken(&mut questions, &other, false), 5);
        questions.answered("one");
        assert!(!questions.begin(&other, false) && questions.begin(&one, false));

        let mut questions = Questions::new(10);
        assert_eq!(taken(&mut questions, &one, true), 10);
        for _ in 0..20 {
            questions.answered("one");
        }
        assert_eq!(taken(&mut questions, &one, true), 10);
        assert_eq!(questions.by_trunk.len(), 1);
    }
}
