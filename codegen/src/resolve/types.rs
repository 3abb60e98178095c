//! Resolves the types of elements: built-in types, enumerations, and structures with their bases'
//! children first.

use super::{Declared, Resolver, XS, qualified_name};
use crate::error::{At, Error};
use crate::model::{Enum, Field, Kind, Name, Struct};
use crate::naming;
use crate::xsd::{Annotation, ComplexType, Element, Sequence, SimpleType};

const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

impl<'d> Resolver<'d> {
    pub(super) fn kind_of_element(&mut self, (item, home): Declared<'d, Element>, name: &Name) -> Result<Kind, Error> {
        let element = &item.inner;
        let at = home.at(&element.at);
        match (&element.type_name, &element.complex_type) {
            (Some(type_name), _) => {
                let type_name = qualified_name(&item.scope, type_name, &at)?;
                self.kind_of_type(&type_name, &at)
            }
            (None, Some(anonymous)) => {
                let owner = format!("element:{{{}}}{}", name.0, name.1);
                let text = documentation(&element.annotation);
                self.structure((true, name.clone()), (anonymous, home), vec![owner], text)
            }
            (None, None) => Err(Error::Unsupported { at, construct: "an element without a type".to_owned() }),
        }
    }

    fn kind_of_type(&mut self, name: &Name, at: &At) -> Result<Kind, Error> {
        if let Some(kind) = builtin(name) {
            return Ok(kind);
        }
        if name.0 == XS {
            return Err(Error::Unsupported { at: at.clone(), construct: format!("the type xs:{}", name.1) });
        }
        if let Some(&complex) = self.complex.get(name) {
            let text = documentation(&complex.0.inner.annotation);
            return self.structure((false, name.clone()), complex, vec![clark(name)], text);
        }
        if let Some(&simple) = self.simple.get(name) {
            return self.choice(name, simple);
        }
        Err(self.unknown(at.clone(), "type", &clark(name)))
    }

    fn choice(&mut self, name: &Name, (item, home): Declared<'d, SimpleType>) -> Result<Kind, Error> {
        let key = (false, name.clone());
        if let Some(&kind) = self.known.get(&key) {
            return Ok(kind);
        }
        let simple = &item.inner;
        let values: Vec<String> = simple
            .restriction
            .iter()
            .flat_map(|restriction| &restriction.inner.enumeration)
            .map(|value| value.value.clone())
            .collect();
        if values.is_empty() {
            let at = home.at(&simple.at);
            return Err(Error::Unsupported {
                at,
                construct: format!("the simple type {} without enumeration", name.1),
            });
        }
        self.enums.push(Enum {
            rust: naming::camel(&name.1),
            name: name.clone(),
            documentation: documentation(&simple.annotation),
            values,
        });
        let kind = Kind::Enum(self.enums.len() - 1);
        self.known.insert(key, kind);
        Ok(kind)
    }

    fn structure(
        &mut self,
        key: (bool, Name),
        declared: Declared<'d, ComplexType>,
        owners: Vec<String>,
        documentation: String,
    ) -> Result<Kind, Error> {
        if let Some(&kind) = self.known.get(&key) {
            return Ok(kind);
        }
        let at = declared.1.at(&declared.0.inner.at);
        if self.open.contains(&key) {
            return Err(Error::Unsupported { at, construct: format!("the type {}, which holds itself,", key.1.1) });
        }
        self.open.push(key.clone());
        let mut fields = Vec::new();
        self.fields(declared, &owners, &mut fields)?;
        self.open.pop();
        if fields.len() > 128 {
            return Err(Error::Unsupported {
                at,
                construct: format!("the type {} with more than 128 children", key.1.1),
            });
        }
        let borrows = fields.iter().any(|field| match field.kind {
            Kind::String => true,
            Kind::Struct(index) => self.structs.get(index).is_some_and(|inner| inner.borrows),
            _ => false,
        });
        self.structs.push(Struct {
            rust: naming::camel(&key.1.1),
            name: key.1.clone(),
            documentation,
            fields,
            borrows,
        });
        let kind = Kind::Struct(self.structs.len() - 1);
        self.known.insert(key, kind);
        Ok(kind)
    }

    /// The children of a type, those of its bases first.
    fn fields(
        &mut self,
        (item, home): Declared<'d, ComplexType>,
        owners: &[String],
        fields: &mut Vec<Field>,
    ) -> Result<(), Error> {
        let complex = &item.inner;
        let sequence = match &complex.complex_content {
            None => &complex.sequence,
            Some(content) => {
                let at = home.at(&complex.at);
                let Some(extension) = &content.extension else {
                    return Err(Error::Unsupported { at, construct: "complex content without extension".to_owned() });
                };
                let at = home.at(&extension.inner.at);
                let base = qualified_name(&extension.scope, &extension.inner.base, &at)?;
                let Some(&parent) = self.complex.get(&base) else {
                    return Err(self.unknown(at, "type", &clark(&base)));
                };
                let owners: Vec<String> = owners.iter().cloned().chain([clark(&base)]).collect();
                self.fields(parent, &owners, fields)?;
                &extension.inner.sequence
            }
        };
        let Some(Sequence { elements }) = sequence else { return Ok(()) };
        for item in elements {
            let field = self.field((item, home), owners)?;
            fields.push(field);
        }
        Ok(())
    }

    fn field(&mut self, declared: Declared<'d, Element>, owners: &[String]) -> Result<Field, Error> {
        let element = &declared.0.inner;
        let at = declared.1.at(&element.at);
        let (target, namespace, local) = self.target(declared, &at)?;
        let kind = self.kind_of_element(target, &(namespace.clone(), local.clone()))?;
        let row = self.bindings.field(owners, &local);
        let facet = row.and_then(|row| row.facet.clone());
        if let Some(facet) = &facet
            && !self.facets.contains_key(facet)
        {
            return Err(self.unknown(at, "facet", facet));
        }
        let min = occurs(&element.min_occurs, &at)?.unwrap_or(1);
        let max = match element.max_occurs.as_deref() {
            Some("unbounded") => row.and_then(|row| row.maximum_occurs),
            _ => Some(occurs(&element.max_occurs, &at)?.unwrap_or(1)),
        };
        let repeated = element.max_occurs.as_deref().is_some_and(|most| most != "1");
        let nillable = is_true(&element.nillable);
        let value_type = !matches!(kind, Kind::String | Kind::Struct(_));
        let required = row.and_then(|row| row.required).unwrap_or_else(|| match repeated {
            true => row.and_then(|row| row.minimum_occurs).is_some_and(|least| least > 0),
            false => value_type && min == 1 && !nillable,
        });
        let omitted = element
            .annotation
            .iter()
            .flat_map(|annotation| &annotation.appinfo)
            .any(|info| info.default_value.as_ref().is_some_and(|value| value.emit == "false"));
        let type_name = match (&element.type_name, kind) {
            (Some(name), _) => name.rsplit(':').next().unwrap_or(name).to_owned(),
            (None, _) => local.clone(),
        };
        Ok(Field {
            rust: naming::snake(&local),
            documentation: documentation(&element.annotation),
            kind,
            min,
            max: if repeated { max } else { Some(1) },
            nillable,
            omitted,
            required,
            facet,
            type_name,
            local,
            namespace,
        })
    }

    /// The declaration of a local element (itself, or the global element that it refers to), with
    /// its namespace and name.
    fn target(
        &self,
        declared: Declared<'d, Element>,
        at: &At,
    ) -> Result<(Declared<'d, Element>, String, String), Error> {
        let (item, home) = declared;
        let element = &item.inner;
        if let Some(reference) = &element.reference {
            let name = qualified_name(&item.scope, reference, at)?;
            let Some(&global) = self.elements.get(&name) else {
                return Err(self.unknown(at.clone(), "element", &clark(&name)));
            };
            return Ok((global, name.0, name.1));
        }
        let qualified = match element.form.as_deref() {
            Some(form) => form == "qualified",
            None => home.qualified,
        };
        let namespace = if qualified { home.namespace } else { "" };
        let Some(local) = &element.name else {
            return Err(Error::Document { at: at.clone(), reason: "an element without name and ref".to_owned() });
        };
        Ok((declared, namespace.to_owned(), local.clone()))
    }
}

fn builtin(name: &Name) -> Option<Kind> {
    match (name.0.as_str(), name.1.as_str()) {
        (XS, "string") => Some(Kind::String),
        (XS, "int") => Some(Kind::Int),
        (XS, "long") => Some(Kind::Long),
        (XS, "boolean") => Some(Kind::Boolean),
        (XS, "float") => Some(Kind::Float),
        (XS, "dateTime") => Some(Kind::DateTime),
        (XS, "base64Binary") => Some(Kind::Base64),
        (SERIALIZATION, "char") => Some(Kind::Char),
        _ => None,
    }
}

fn clark(name: &Name) -> String {
    format!("{{{}}}{}", name.0, name.1)
}

fn occurs(value: &Option<String>, at: &At) -> Result<Option<u32>, Error> {
    match value {
        None => Ok(None),
        Some(number) => number
            .parse()
            .map(Some)
            .map_err(|_| Error::Document { at: at.clone(), reason: format!("{number} is no number of occurrences") }),
    }
}

fn is_true(value: &Option<String>) -> bool {
    matches!(value.as_deref(), Some("true" | "1"))
}

fn documentation(annotation: &Option<Annotation>) -> String {
    annotation.as_ref().map(Annotation::text).unwrap_or_default()
}
