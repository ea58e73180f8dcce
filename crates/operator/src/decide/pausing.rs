/// The count that may be asked for while directions are paused.
pub fn paused(wanted: i32, current: i32, (up, down): (bool, bool)) -> i32 {
    if (up && wanted > current) || (down && wanted < current) { current } else { wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_direction_pauses_alone() {
        assert_eq!(paused(9, 5, (true, false)), 5);
        assert_eq!(paused(2, 5, (true, false)), 2);
        assert_eq!(paused(2, 5, (false, true)), 5);
        assert_eq!(paused(9, 5, (false, true)), 9);
        assert_eq!(paused(9, 5, (true, true)), 5);
    }
}
