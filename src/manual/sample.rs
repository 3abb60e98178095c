//! Sample values for request fields.

use crate::contract::Element;

/// A valid value for the element. The learner that the samples describe does not exist.
pub fn sample(element: &Element) -> &'static str {
    let by_name = match element.name {
        "FamilyName" | "familyName" | "learnerFamilyName" => "Example",
        "GivenName" | "givenName" | "learnerGivenName" => "Ada",
        "uln" | "learnerUln" | "Uln" => "1000000000",
        "Ukprn" | "ukPrn" | "ProviderUkprn" => "TEST0038",
        "OrganisationRef" | "Reference" | "orgRef" => "TEST38",
        "Password" | "OrgPassword" => "Synthetic-Pass16",
        "Username" | "UserName" => "sample",
        "UnitOrQualificationReferenceNumber" => "500/4606/8",
        "submissionType" => "F",
        "userType" => "ORG",
        "LearnerPostcode" => "ZZ99 9ZZ",
        "DateofBirth" => "2004-02-29T00:00:00",
        "LanguageForAssessment" => "English",
        "emailAddress" => "ada@example.com",
        "telephoneNumber" => "00000 000000",
        _ => "",
    };
    if !by_name.is_empty() {
        return by_name;
    }
    if let Some(first) = element.values.first() {
        return first;
    }
    match element.facet.unwrap_or(element.type_name) {
        "MIAPULN" | "MIAPULNNillable" => "1000000000",
        "MIAPUKPRN" => "TEST0038",
        "MIAPPostCode" | "MIAPPostCodeNillable" => "ZZ99 9ZZ",
        "MIAPEmail" => "ada@example.com",
        "MIAPDate" | "MIAPDateNillable" => "2004-02-29",
        "MIAPDateTime" => "2024-02-29 12:00:00",
        "MIAPGender" | "MIAPGenderNillable" => "2",
        "MIAPVerificationType" | "MIAPAbilityToShare" | "MIAPTierLevel" | "MIAPLearnerStatus" => "1",
        "MIAPNationality" => "GBR",
        "MIAPScottishCandidateNumber" => "123456789",
        "MIAPFindType" | "MIAPBatchJobType" => "FUL",
        "MIAPUserType" => "ORG",
        "MIAPContactType" => "WEB",
        "LrsChallengeType" => "wrong-detail",
        "LrsGetType" => "FULL",
        "LrsLanguage" => "ENG",
        "MIAPLearnerRecordCount" | "JobID" | "LrsVendorId" | "int" | "long" => "1",
        "dateTime" => "2024-02-29T00:00:00",
        "boolean" => "false",
        _ => "Example",
    }
}
