pub mod outlet;
