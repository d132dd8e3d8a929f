mod address;
mod pace;
