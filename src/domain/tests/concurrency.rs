use std::collections::HashSet;
use std::thread;

use super::*;

/// Lets a node cache the password: simultaneous calls with an unknown one are held back by the
/// edge, which is not part of this test.
fn introduce(world: &World, node: &Service) {
    world.on_node(node, |_| ());
}

#[test]
fn numbers_are_unique_and_not_in_sequence() {
    each_world(|world| {
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        nodes.iter().for_each(|node| introduce(world, node));
        let given = |n: usize| format!("Person{}", ["A", "B", "C", "D", "E", "F", "G", "H"][n % 8].repeat(n / 8 + 1));
        let ulns: Vec<Uln> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let node = &nodes[thread % 2];
                    scope.spawn(move || {
                        (0..10)
                            .map(|n| {
                                let name = given(n * 8 + thread);
                                world.on_node(node, |caller| {
                                    match node
                                        .learners()
                                        .register(caller, &ada().with(Field::GivenName, &*name).into())
                                        .unwrap()
                                    {
                                        Registered::Registered(uln) => uln,
                                        Registered::Refused(_) => panic!("everybody is somebody else"),
                                    }
                                })
                            })
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ulns.iter().collect::<HashSet<_>>().len(), 80);
        assert_eq!(world.administration().learner_count().unwrap(), 80);
        let stems: Vec<i64> = ulns.iter().map(|uln| uln.as_str()[..9].parse().unwrap()).collect();
        assert!(stems.windows(2).all(|pair| (pair[0] - pair[1]).abs() > 10), "numbers are not neighbours");
    });
}

#[test]
fn the_same_learner_is_registered_once_by_two_nodes() {
    each_world(|world| {
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        nodes.iter().for_each(|node| introduce(world, node));
        for round in 0..5 {
            let family = format!("Testcase{}", "x".repeat(round + 1));
            let outcomes: Vec<Registered> = thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|thread| {
                        let (node, family) = (&nodes[thread % 2], &family);
                        scope.spawn(move || {
                            world.on_node(node, |caller| {
                                node.learners()
                                    .register(caller, &ada().with(Field::FamilyName, &**family).into())
                                    .unwrap()
                            })
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let registered = outcomes.iter().filter(|outcome| matches!(outcome, Registered::Registered(_)));
            assert_eq!(registered.count(), 1);
        }
    });
}

#[test]
fn of_updates_with_the_same_version_one_wins() {
    each_world(|world| {
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        nodes.iter().for_each(|node| introduce(world, node));
        let uln = world.registered(&ada());
        for version in 1..=5 {
            let outcomes: Vec<Updated> = thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|thread| {
                        let node = &nodes[thread % 2];
                        scope.spawn(move || {
                            let notes = format!("{version} {thread}");
                            let change = LearnerChange {
                                uln: Some(uln),
                                version,
                                fields: FieldTexts::default().with(Field::Notes, &*notes),
                            };
                            world.on_node(node, |caller| node.learners().update(caller, &change).unwrap())
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(outcomes.iter().filter(|outcome| **outcome == Updated::Updated).count(), 1);
            assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Updated::Stale(_))).count(), 7);
        }
        assert_eq!(world.learner(uln).version, 6);
    });
}
