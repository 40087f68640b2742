#![cfg_attr(not(doctest), doc = include_str!("requirements.md"))]
