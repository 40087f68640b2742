#![cfg_attr(not(doctest), doc = include_str!("compile_errors.md"))]
