"""Drives every operation of the three services with zeep, over mutual TLS, from the published contracts.

Reads the variables of demo.env from the environment. Prints `ok SERVICE OPERATION CODE` for each operation that
answered as it should, and stops with an error at the first that did not.
"""

import base64
import datetime
import os
import random
import string
import time

import requests
import zeep
from lxml import etree
from zeep.transports import Transport

URL = os.environ["LRS_URL"]
MIAP = "http://api.lrs.miap.gov.uk/exceptions"
FAULTS = "http://api.lrs.qcf.gov.uk/faults"


class Organisation:
    """A caller: a certificate, credentials, and a proxy for each service."""

    def __init__(self, prefix, password=None):
        self.ukprn = os.environ[f"{prefix}_UKPRN"]
        self.ref = os.environ[f"{prefix}_ORGREF"]
        self.password = password or os.environ[f"{prefix}_PASSWORD"]
        session = requests.Session()
        session.cert = os.environ[f"{prefix}_CERT"]
        session.verify = os.environ["LRS_CA"]
        session.trust_env = False  # or REQUESTS_CA_BUNDLE, where it is set, wins over verify
        self.transport = Transport(session=session, timeout=30, operation_timeout=30)
        self.proxies = {}

    def service(self, name):
        if name not in self.proxies:
            client = zeep.Client(f"{URL}/{name}.svc?singleWsdl", transport=self.transport)
            self.proxies[name] = client.service
        return self.proxies[name]

    def block(self):
        return {
            "OrganisationRef": self.ref,
            "UKPRN": self.ukprn,
            "OrgPassword": self.password,
            "UserName": "zeep",
        }

    def invoking(self):
        return {
            "ChannelCode": "WebServices",
            "Password": self.password,
            "Reference": self.ref,
            "Ukprn": self.ukprn,
            "Username": "zeep",
        }

    def invoking_r10(self):
        return {
            "OrganisationRef": self.ref,
            "Password": self.password,
            "Ukprn": self.ukprn,
            "Username": "zeep",
        }

    def user(self):
        return {"OrgPassword": self.password, "OrganisationRef": self.ref, "UserName": "zeep"}


def expect(service, operation, code, expected):
    allowed = expected if isinstance(expected, tuple) else (expected,)
    if code not in allowed:
        raise SystemExit(f"{service}.{operation}: expected {expected}, got {code}")
    print("ok", service, operation, code, flush=True)


def fault_code(namespace, call, *arguments, **members):
    """Calls, expects a typed fault, and returns its ErrorCode as a user of the client finds it."""
    try:
        result = call(*arguments, **members)
    except zeep.exceptions.Fault as fault:
        entry = None if fault.detail is None else fault.detail.find(f"{{{namespace}}}*")
        if entry is None:
            raise SystemExit(f"no typed detail: {fault.message} {etree.tostring(fault.detail)}")
        codes = entry.xpath("*[local-name() = 'ErrorCode']/text()")
        if namespace == FAULTS:
            details = entry.xpath("*[local-name() = 'ErrorDetail']/text()")
            base64.b64decode(details[0], validate=True).decode("utf-8")
        return codes[0]
    raise SystemExit(f"expected a fault, got {result}")


def letters():
    """A name of its own for each run, so that no learner of an earlier run is a possible match (rules.md 4.2)."""
    return "".join(random.choice(string.ascii_lowercase) for _ in range(9)).capitalize()


def learner_service(provider, awarding):
    name = "LearnerService"
    service = provider.service(name)
    given, family = letters(), letters()
    demographics = {
        "FamilyName": family,
        "GivenName": given,
        "DateOfBirth": "2006-05-04",
        "Gender": "1",
        "LastKnownPostCode": f"ZZ{random.randint(10, 98)} 3WZ",
    }
    refiners = {key: None for key in ("PreviousFamilyName", "SchoolAtAge16", "PlaceOfBirth", "EmailAddress")}

    answer = service.learnerByDemographics(FindType="FUL", **provider.block(), **demographics, **refiners)
    expect(name, "learnerByDemographics", answer.ResponseCode, "WSRC0001")

    learner = {**demographics, "VerificationType": "0", "AbilityToShare": "1"}
    answer = service.registerSingleLearner(**provider.block(), Learner=learner)
    expect(name, "registerSingleLearner", answer.ResponseCode, "WSRC0005")
    uln = answer.ULN

    answer = service.learnerByULN(FindType="FUL", **provider.block(), ULN=uln, FamilyName=family, GivenName=given)
    expect(name, "learnerByULN", answer.ResponseCode, "WSRC0004")
    found = answer.Learner[0]
    assert (found.ULN, found.GivenName, found.VersionNumber) == (uln, given, 1), found
    assert found.LinkedULNs is None or not found.LinkedULNs.ULN, found

    change = {**learner, "LastKnownAddressTown": "Exampleton", "ULN": uln, "VersionNumber": 1}
    answer = service.updateSingleLearner(**provider.block(), Learner=change)
    expect(name, "updateSingleLearner", answer, "WSRC0006")  # zeep unwraps a reply of one member

    answer = service.retrieveULNs(**provider.block(), ULNsToRetrieve={"ULN": [uln, "1000000000"]})
    rows = answer.VerifiedULN if hasattr(answer, "VerifiedULN") else answer
    expect(name, "retrieveULNs", ",".join(row.ResponseCode for row in rows), "WSRC0004,WSRC0001")

    days = {"FromDate": "2001-01-01", "ToDate": "2001-12-31"}
    answer = service.getMergedUnmergedULNsReport(**provider.block(), **days)
    expect(name, "getMergedUnmergedULNsReport", answer.ResponseCode, "WSRC0024")
    answer = service.getDeletedULNsReport(**provider.block(), **days)
    expect(name, "getDeletedULNsReport", answer.ResponseCode, "WSRC0024")

    question = {"ULN": uln, "FamilyName": family, "GivenName": given, "DateOfBirth": None, "Gender": None}
    answer = awarding.service(name).verifyLearner(**awarding.block(), LearnerToVerify=question)
    expect(name, "verifyLearner", answer.ResponseCode, "WSVRC001")

    wrong = Organisation("PROVIDER", password="not-the-password")
    code = fault_code(MIAP, wrong.service(name).learnerByULN, FindType="CHK", **wrong.block(), ULN=uln,
                      FamilyName=family, GivenName=given)
    expect(name, "a-wrong-password", code, "WSEC0005")
    code = fault_code(MIAP, service.learnerByULN, FindType="CHK", **provider.block(), ULN="12", FamilyName=family,
                      GivenName=given)
    expect(name, "an-invalid-ULN", code, "WSEC0001")

    return uln, given, family


def finished(ask, status):
    """Asks for a job's output until the job is over, for a minute at most."""
    for _ in range(600):
        answer = ask()
        if answer[status] not in ("Waiting", "InProgress"):
            return answer
        time.sleep(0.1)
    raise SystemExit(f"the job is not over: {answer}")


def learner_batches(provider, uln, given, family):
    name = "LearnerService"
    service = provider.service(name)
    new = {
        "MISIdentifier": "new",
        "GivenName": letters(),
        "FamilyName": letters(),
        "LastKnownPostCode": f"ZZ{random.randint(10, 98)} 4WZ",
        "DateOfBirth": "2007-03-01",
        "Gender": "2",
        "AbilityToShare": "1",
        "VerificationType": "0",
    }
    insufficient = {"MISIdentifier": "insufficient", "GivenName": letters(), "FamilyName": letters()}
    learners = [insufficient, new]
    answer = service.submitBatchRegistration(**provider.block(), JobType="FUL", LearnerRecordCount=3, Learner=learners)
    expect(name, "a-wrong-count", answer.ResponseCode, "WSRC0017")
    answer = service.submitBatchRegistration(**provider.block(), JobType="FUL", LearnerRecordCount=2, Learner=learners)
    expect(name, "submitBatchRegistration", answer.ResponseCode, "WSRC0007")
    job = answer.JobID
    output = finished(lambda: service.getBatchRegistrationOutput(**provider.block(), JobID=job), "JobStatus")
    expect(name, "getBatchRegistrationOutput", output.ResponseCode, "WSRC0009")
    counters = (output.NewLearnersCount, output.ExistsUpdatedLearnersCount, output.PossibleMatchLearnersCount,
                output.LearnersNotFoundCount, output.RejectedLearnersCount)
    assert counters == (1, 0, 0, 0, 1), output
    rows = [(row.MISIdentifier, row.ReturnCode, bool(row.ULN)) for row in output.Learner]
    assert rows == [("insufficient", "RC006", False), ("new", "RC001", True)], output
    assert output.JobStartedDateTime <= output.JobFinishedDateTime, output
    new_uln = output.Learner[1].ULN
    found = service.learnerByULN(FindType="FUL", **provider.block(), ULN=new_uln, FamilyName=new["FamilyName"],
                                 GivenName=new["GivenName"])
    assert (found.ResponseCode, found.Learner[0].ULN) == ("WSRC0004", new_uln), found
    unknown = service.getBatchRegistrationOutput(**provider.block(), JobID=9_000_000_000)
    expect(name, "an-unknown-job", unknown.ResponseCode, "WSRC0018")

    question = {"FamilyName": family, "GivenName": given, "DateOfBirth": None, "Gender": None}
    learners = [{"MISIdentifier": "nobody", "ULN": "1000000000", **question},
                {"MISIdentifier": "match", "ULN": uln, **question}]
    answer = service.submitVerifyBatch(**provider.block(), LearnerRecordCount=2, OrgEmail=None, Learner=learners)
    expect(name, "submitVerifyBatch", answer.ResponseCode, "WSRC0025")
    job = answer.JobID
    output = finished(lambda: service.getVerifyBatchOutput(**provider.block(), JobID=job), "JobStatus")
    expect(name, "getVerifyBatchOutput", output.ResponseCode, "WSRC0027")
    rows = [(row.MISIdentifier, row.ResponseCode, row.SearchedULN, row.ULN) for row in output.VerifiedLearner]
    assert rows == [("nobody", "WSVRC006", "1000000000", None), ("match", "WSVRC001", uln, uln)], output


def learner_service_r9(provider, uln, given, family):
    name = "LearnerServiceR9"
    service = provider.service(name)
    common = {"userType": "ORG", "vendorId": 1, "language": "ENG"}

    answer = service.LearnerByUln(invokingOrganisation=provider.invoking(), **common, uln=uln, givenName=given,
                                  familyName=family, findType="FUL")
    expect(name, "LearnerByUln", answer.ResponseCode, "WSRC0004")
    assert answer.Learner.Uln == uln and answer.Learner.DateOfBirth.year == 2006, answer
    assert answer.Learner.SecurityAnswer is None and answer.Learner.NationalInsuranceNumber is None

    answer = service.GetLearnerLearningEvents(
        invokingOrganisation=provider.invoking_r10(), userType="ORG", vendorID=1, language="ENG", uln=uln,
        givenName=given, familyName=family, dateOfBirth=None, gender=None, getType="FULL")
    expect(name, "GetLearnerLearningEvents", answer.ResponseCode, "WSRC0004")
    assert (answer.IncomingULN, answer.FoundULN) == (uln, uln), answer

    answer = service.GetLearnerRecord(
        invokingOrganisation=provider.invoking(), **common, contactType="WEB", uln=uln, givenName=given,
        familyName=family, dateOfBirth=None, gender=None, postcode=None)
    expect(name, "GetLearnerRecord", answer.ResponseCode, "WSRC0004")

    answer = service.UpdateLearnerSubsetFields(
        invokingOrganisation=provider.invoking(), **common, uln=uln, versionNumber=2,
        emailAddress="synthetic@learner.example", telephoneNumber=None, abilityToShare="NotProvided",
        schoolAtAge16="Example School", preferredGivenName=None)
    expect(name, "UpdateLearnerSubsetFields", answer, "WSRC0006")

    answer = service.ViewAudit(invokingOrganisation=provider.invoking(), **common, learnerUln=uln,
                               learnerGivenName=given, learnerFamilyName=family, page=1)
    assert answer.TotalItems >= 2 and answer.List.PlrAccessEntryResponse[0].User == "zeep", answer
    expect(name, "ViewAudit", "listed", "listed")

    answer = service.GetOrganisation(invokingOrganisation=provider.invoking(), userType="ORG", vendorId=1,
                                     language="ENG", ukPrn=provider.ukprn, orgRef=None)
    expect(name, "GetOrganisation", answer.ResponseCode, "WSRC0004")
    assert answer.Status == "Active", answer

    parts = ["AccreditationNumber", "AwardingBody", "QualificationLevel", "AimTitle", "AchievedDate", "AchievedGrade",
             "TotalCredits", "CreditValue", "LanguageForAssessment", "Provider", "Type", "StartDate", "EndDate"]
    values = {kind + part: None for kind in ("original", "supplied") for part in parts}
    answer = service.CreateDataChallenge(
        invokingOrganisation=provider.invoking(), **common, challengeType="missing-event", uln=uln, givenName=given,
        familyName=family, dateOfBirth=datetime.datetime(2006, 5, 4), gender=None, contactName="zeep", telephone="0",
        emailAddress="zeep@college.example", additionalInformation="Seen.", learningEvent1Id=0, source1=None,
        learningEvent2Id=0, source2=None, **{**values, "suppliedAimTitle": "Bakery"})
    expect(name, "CreateDataChallenge", answer.ResponseCode, "WSRC0050")
    reference = answer.DataChallengeReference

    answer = service.ListDataChallenge(invokingOrganisation=provider.invoking(), **common, uln=uln,
                                       dateCreatedStart=None, dateCreatedEnd=None)
    expect(name, "ListDataChallenge", answer.ResponseCode, "WSRC0004")
    assert answer.DataChallenges.ListDataChallengeItem[0].ReferenceNo == reference, answer

    answer = service.DeleteDataChallenge(invokingOrganisation=provider.invoking(), **common, uln=uln,
                                         referenceNumber=reference)
    expect(name, "DeleteDataChallenge", answer, "WSRC0051")

    wrong = Organisation("PROVIDER", password="not-the-password")
    code = fault_code(FAULTS, wrong.service(name).GetOrganisation, invokingOrganisation=wrong.invoking(),
                      userType="ORG", vendorId=1, language="ENG", ukPrn=provider.ukprn, orgRef=None)
    expect(name, "a-wrong-password", code, "WSEC0005")


def external_service(provider, awarding, uln, given, family):
    name = "ExternalService"
    service = awarding.service(name)
    achievement = {
        "AchievementAwardDate": "2024-08-22T00:00:00",
        "Action": 1,
        "ActionDate": "2024-08-23T00:00:00",
        "FamilyName": family,
        "GivenName": given,
        "Grade": "7",
        "ProviderUkprn": os.environ["PROVIDER_UKPRN"],
        "Uln": uln,
        "UnitOrQualificationReferenceNumber": "601/7001/3",
    }
    unknown = {**achievement, "UnitOrQualificationReferenceNumber": "600/1166/X"}
    batch = {"invokingUser": awarding.user(), "emailAddress": "results@awarding.compatibilitytest.com", "submissionType": "Final"}
    answer = service.SubmitAchievementBatchJob(**batch, achievements={"Achievement": [achievement, unknown]})
    expect(name, "SubmitAchievementBatchJob", answer.ResponseCode, "WSRC0007")
    job = answer.JobId
    report = finished(lambda: service.GetAchievementBatchJob(invokingUser=awarding.user(), jobId=job), "Status")
    expect(name, "GetAchievementBatchJob", report.ResponseCode, "WSRC0009")
    assert (report.AchievementsCreated, report.BusinessRuleErrors, report.NumberOfRecords) == (1, 1, 2), report
    assert (report.JobID, report.PercentageSuccessfulRecords, report.SuccessfulFinalAchievements) == (job, 50, 1), report
    assert ",B001," in report.AchievementBatchErrorFile, report

    record = provider.service("LearnerServiceR9").GetLearnerLearningEvents(
        invokingOrganisation=provider.invoking_r10(), userType="ORG", vendorID=1, language="ENG", uln=uln,
        givenName=given, familyName=family, dateOfBirth=None, gender=None, getType="FULL").LearnerRecord
    (event,) = record.LearningEvent
    seen = (event.AchievementAwardDate, event.Grade, event.SubjectCode, event.AwardingOrganisationUkprn)
    assert seen == ("2024-08-22", "7", "601/7001/3", awarding.ukprn), event

    wrong = Organisation("AO", password="not-the-password")
    code = fault_code(FAULTS, wrong.service(name).GetAchievementBatchJob, invokingUser=wrong.user(), jobId=1)
    expect(name, "a-wrong-password", code, "WSEC0005")


def main():
    provider, awarding = Organisation("PROVIDER"), Organisation("AO")
    learner = learner_service(provider, awarding)
    learner_batches(provider, *learner)
    learner_service_r9(provider, *learner)
    external_service(provider, awarding, *learner)


if __name__ == "__main__":
    main()
