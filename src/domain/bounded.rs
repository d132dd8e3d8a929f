//! Tables that do not grow without bound.

use std::collections::HashMap;
use std::hash::Hash;

/// Makes room in a table: a tenth of it goes, what is worth least. That a whole tenth goes makes it cheap for each.
pub fn shed<K, V, W: Ord + Copy>(table: &mut HashMap<K, V>, worth: impl Fn(&V) -> W) {
    let mut worths: Vec<W> = table.values().map(&worth).collect();
    let gone = (worths.len() / 10).max(1);
    let Some(last) = gone.checked_sub(1).filter(|last| *last < worths.len()) else {
        return;
    };
    let least = *worths.select_nth_unstable(last).1;
    let mut left = gone;
    // First what is worth less than that, then as many of the same worth as are still to go.
    table.retain(|_, value| {
        let goes = worth(value) < least;
        left -= usize::from(goes);
        !goes
    });
    table.retain(|_, value| {
        let goes = left > 0 && worth(value) == least;
        left -= usize::from(goes);
        !goes
    });
}

/// Makes room for a key in a table that holds at most so many, where it is full and the key is not in it.
pub fn make_room<K: Hash + Eq, V, W: Ord + Copy>(
    table: &mut HashMap<K, V>,
    most: usize,
    key: &K,
    worth: impl Fn(&V) -> W,
) {
    if table.len() >= most && !table.contains_key(key) {
        shed(table, worth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_goes_and_it_is_the_least() {
        let mut table: HashMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
        shed(&mut table, |worth| *worth);
        let mut left: Vec<u32> = table.into_keys().collect();
        left.sort_unstable();
        assert_eq!(left, (10..100).collect::<Vec<_>>());
    }

    #[test]
    fn of_equals_no_more_go_than_a_tenth() {
        let mut table: HashMap<u32, u32> = (0..100).map(|n| (n, 7)).collect();
        table.insert(100, 3);
        shed(&mut table, |worth| *worth);
        assert_eq!(table.len(), 91);
        assert!(!table.contains_key(&100), "it is worth less");
        let mut none: HashMap<u32, u32> = HashMap::new();
        shed(&mut none, |worth| *worth);
        let mut one = HashMap::from([(1, 1)]);
        shed(&mut one, |worth| *worth);
        assert!(none.is_empty() && one.is_empty());
    }

    #[test]
    fn room_is_made_only_where_there_is_none() {
        let mut table: HashMap<u32, u32> = (0..20).map(|n| (n, n)).collect();
        make_room(&mut table, 21, &50, |worth| *worth);
        make_room(&mut table, 20, &7, |worth| *worth);
        assert_eq!(table.len(), 20);
        make_room(&mut table, 20, &50, |worth| *worth);
        assert_eq!(table.len(), 18);
        assert!(!table.contains_key(&0) && !table.contains_key(&1));
    }
}
