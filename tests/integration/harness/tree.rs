//! Parses XML into a small tree with resolved namespaces. Independent of the project's own reader,
//! so that the tests do not rely on what they test.

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// An element: its namespace, attributes by local name, children in order, and direct text.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub namespace: String,
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    /// Parses a document; panics with the text if it is not well-formed.
    pub fn parse(text: &str) -> Node {
        let mut reader = NsReader::from_str(text);
        let mut open: Vec<Node> = vec![Node::default()];
        loop {
            let (namespace, event) = reader.read_resolved_event().unwrap_or_else(|error| panic!("{error}: {text}"));
            let namespace = match namespace {
                ResolveResult::Bound(uri) => uri.as_ref().to_owned(),
                ResolveResult::Unbound => String::new(),
                ResolveResult::Unknown(prefix) => panic!("unbound prefix {prefix:?}: {text}"),
            };
            match event {
                Event::Start(start) => open.push(Node::of(&start, namespace)),
                Event::Empty(start) => {
                    let node = Node::of(&start, namespace);
                    open.last_mut().expect("a parent").children.push(node);
                }
                Event::End(_) => {
                    let node = open.pop().expect("an open element");
                    open.last_mut().expect("a parent").children.push(node);
                }
                Event::Text(part) => open.last_mut().expect("a parent").text.push_str(&part),
                Event::CData(part) => open.last_mut().expect("a parent").text.push_str(&part),
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref().expect("a character") {
                        Some(character) => character.to_string(),
                        None => quick_xml::escape::resolve_xml_entity(&reference).expect("an entity").to_owned(),
                    };
                    open.last_mut().expect("a parent").text.push_str(&character);
                }
                Event::Eof => break,
                Event::Decl(_) | Event::Comment(_) => {}
                Event::PI(_) | Event::DocType(_) => panic!("not allowed in an answer: {text}"),
            }
        }
        assert_eq!(open.len(), 1, "not closed: {text}");
        let mut document = open.remove(0);
        assert_eq!(document.children.len(), 1, "one root: {text}");
        document.children.remove(0)
    }

    fn of(start: &quick_xml::events::BytesStart<'_>, namespace: String) -> Node {
        let name = start.name();
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap_or_else(|error| panic!("{error}"));
            (attribute.key.local_name().as_ref().to_owned(), attribute.value.to_string())
        });
        let attributes = attributes.collect();
        Node { namespace, name: name.local_name().as_ref().to_owned(), attributes, ..Node::default() }
    }

    /// The value of the attribute of this local name, as written.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// The first child of this local name.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first descendant reached by local names separated by `/`, each at any depth below the
    /// last.
    pub fn find(&self, path: &str) -> Option<&Node> {
        let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
        self.descendants().into_iter().filter(|node| node.name == first).find_map(|node| match rest {
            Some(rest) => node.find(rest),
            None => Some(node),
        })
    }

    /// All descendants, in document order.
    pub fn descendants(&self) -> Vec<&Node> {
        self.children.iter().flat_map(|child| std::iter::once(child).chain(child.descendants())).collect()
    }

    /// The text at a path, if the element exists.
    pub fn value(&self, path: &str) -> Option<&str> {
        self.find(path).map(|node| node.text.as_str())
    }

    /// The local names of the children, in order.
    pub fn names(&self) -> Vec<&str> {
        self.children.iter().map(|child| child.name.as_str()).collect()
    }
}
