<?php
// Drives every operation of the three services with PHP's SoapClient, over mutual TLS, from the published contracts.
//
// Reads the variables of demo.env from the environment. Prints `ok SERVICE OPERATION CODE` for each operation that
// answered as it should, and stops with an error at the first that did not.

declare(strict_types=1);

set_error_handler(function (int $level, string $text, string $file, int $line): bool {
    fwrite(STDERR, "$text at line $line\n");
    exit(1);
});

final class Organisation
{
    public string $ukprn;
    public string $ref;
    public string $password;
    private array $proxies = [];

    public function __construct(private string $prefix, ?string $password = null)
    {
        $this->ukprn = variable("{$prefix}_UKPRN");
        $this->ref = variable("{$prefix}_ORGREF");
        $this->password = $password ?? variable("{$prefix}_PASSWORD");
    }

    public function service(string $name): SoapClient
    {
        $certificate = variable("{$this->prefix}_CERT");
        return $this->proxies[$name] ??= new SoapClient(variable('LRS_URL') . "/$name.svc?singleWsdl", [
            'local_cert' => $certificate,
            'stream_context' => stream_context_create(['ssl' => [
                'cafile' => variable('LRS_CA'),
                'local_cert' => $certificate,
                'verify_peer' => true,
                'verify_peer_name' => true,
            ]]),
            'cache_wsdl' => WSDL_CACHE_NONE,
            'exceptions' => true,
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
            'connection_timeout' => 30,
        ]);
    }

    public function block(): array
    {
        return ['OrganisationRef' => $this->ref, 'UKPRN' => $this->ukprn, 'OrgPassword' => $this->password, 'UserName' => 'php'];
    }

    public function invoking(): array
    {
        return ['ChannelCode' => 'WebServices', 'Password' => $this->password, 'Reference' => $this->ref,
            'Ukprn' => $this->ukprn, 'Username' => 'php'];
    }

    public function invokingR10(): array
    {
        return ['OrganisationRef' => $this->ref, 'Password' => $this->password, 'Ukprn' => $this->ukprn, 'Username' => 'php'];
    }

    public function user(): array
    {
        return ['OrgPassword' => $this->password, 'OrganisationRef' => $this->ref, 'UserName' => 'php'];
    }
}

function variable(string $name): string
{
    $value = getenv($name);
    if ($value === false) {
        fwrite(STDERR, "$name is not set: source demo.env first\n");
        exit(1);
    }
    return $value;
}

function expect(string $service, string $operation, string $code, string $expected): void
{
    if ($code !== $expected) {
        fwrite(STDERR, "$service.$operation: expected $expected, got $code\n");
        exit(1);
    }
    echo "ok $service $operation $code\n";
}

function insist(bool $condition, string $what): void
{
    if (!$condition) {
        fwrite(STDERR, "not so: $what\n");
        exit(1);
    }
}

/** Calls, expects a typed fault, and returns its ErrorCode as a user of the client finds it. */
function fault_code(SoapClient $client, string $operation, array $message): string
{
    try {
        $client->__soapCall($operation, [$message]);
    } catch (SoapFault $fault) {
        $detail = $fault->detail ?? null;
        $entry = $detail->MIAPAPIException ?? $detail->DomainFault ?? null;
        if ($entry === null) {
            fwrite(STDERR, "$operation: no typed detail: {$fault->faultcode} {$fault->getMessage()}\n");
            exit(1);
        }
        return $entry->ErrorCode;
    }
    fwrite(STDERR, "$operation: expected a fault\n");
    exit(1);
}

/** A name of its own for each run, so that no learner of an earlier run is a possible match (rules.md 4.2). */
function letters(): string
{
    $text = '';
    for ($n = 0; $n < 9; $n++) {
        $text .= chr(random_int(ord('a'), ord('z')));
    }
    return ucfirst($text);
}

function learner_service(Organisation $provider, Organisation $awarding): array
{
    $name = 'LearnerService';
    $service = $provider->service($name);
    $given = letters();
    $family = letters();
    $demographics = ['FamilyName' => $family, 'GivenName' => $given, 'DateOfBirth' => '2006-05-04', 'Gender' => '1',
        'LastKnownPostCode' => 'ZZ' . random_int(10, 98) . ' 3WZ'];
    $refiners = ['PreviousFamilyName' => null, 'SchoolAtAge16' => null, 'PlaceOfBirth' => null, 'EmailAddress' => null];

    $answer = $service->learnerByDemographics(['FindType' => 'FUL'] + $provider->block() + $demographics + $refiners);
    expect($name, 'learnerByDemographics', $answer->ResponseCode, 'WSRC0001');

    $learner = $demographics + ['VerificationType' => '0', 'AbilityToShare' => '1'];
    $answer = $service->registerSingleLearner($provider->block() + ['Learner' => $learner]);
    expect($name, 'registerSingleLearner', $answer->ResponseCode, 'WSRC0005');
    $uln = $answer->ULN;

    $question = ['ULN' => $uln, 'FamilyName' => $family, 'GivenName' => $given];
    $answer = $service->learnerByULN(['FindType' => 'FUL'] + $provider->block() + $question);
    expect($name, 'learnerByULN', $answer->ResponseCode, 'WSRC0004');
    $found = $answer->Learner[0];
    insist($found->ULN === $uln && $found->GivenName === $given && $found->VersionNumber === 1, 'the learner is the one registered');
    insist(property_exists($found, 'LinkedULNs') && property_exists($found, 'Notes'), 'LinkedULNs and Notes are always there');

    $change = $learner + ['LastKnownAddressTown' => 'Exampleton', 'ULN' => $uln, 'VersionNumber' => 1];
    $answer = $service->updateSingleLearner($provider->block() + ['Learner' => $change]);
    expect($name, 'updateSingleLearner', $answer->ResponseCode, 'WSRC0006');

    $answer = $service->retrieveULNs($provider->block() + ['ULNsToRetrieve' => ['ULN' => [$uln, '1000000000']]]);
    $codes = array_map(fn ($row) => $row->ResponseCode, $answer->RetrievedULNs->VerifiedULN);
    expect($name, 'retrieveULNs', implode(',', $codes), 'WSRC0004,WSRC0001');

    $days = ['FromDate' => '2001-01-01', 'ToDate' => '2001-12-31'];
    foreach (['getMergedUnmergedULNsReport', 'getDeletedULNsReport'] as $operation) {
        $answer = $service->$operation($provider->block() + $days);
        expect($name, $operation, $answer->ResponseCode, 'WSRC0024');
    }

    $verify = $question + ['DateOfBirth' => null, 'Gender' => null];
    $answer = $awarding->service($name)->verifyLearner($awarding->block() + ['LearnerToVerify' => $verify]);
    expect($name, 'verifyLearner', $answer->VerifiedLearner->ResponseCode, 'WSVRC001');

    $wrong = new Organisation('PROVIDER', 'not-the-password');
    expect($name, 'a-wrong-password', fault_code($wrong->service($name), 'learnerByULN', ['FindType' => 'CHK'] + $wrong->block() + $question), 'WSEC0005');
    $invalid = ['FindType' => 'CHK', 'ULN' => '12'] + $provider->block() + $question;
    expect($name, 'an-invalid-ULN', fault_code($service, 'learnerByULN', $invalid), 'WSEC0001');
    return [$uln, $given, $family];
}

/** Asks for a job's output until the job is over, for a minute at most. */
function finished(callable $ask, string $status): object
{
    for ($asked = 0; $asked < 600; $asked++) {
        $answer = $ask();
        if (!in_array($answer->$status, ['Waiting', 'InProgress'], true)) {
            return $answer;
        }
        usleep(100_000);
    }
    fwrite(STDERR, "the job is not over\n");
    exit(1);
}

function learner_batches(Organisation $provider, string $uln, string $given, string $family): void
{
    $name = 'LearnerService';
    $service = $provider->service($name);
    $new = ['MISIdentifier' => 'new', 'GivenName' => letters(), 'FamilyName' => letters(),
        'LastKnownPostCode' => 'ZZ' . random_int(10, 98) . ' 5WZ', 'DateOfBirth' => '2007-03-02', 'Gender' => '2',
        'AbilityToShare' => '1', 'VerificationType' => '0'];
    $insufficient = ['MISIdentifier' => 'insufficient', 'GivenName' => letters(), 'FamilyName' => letters()];
    $batch = $provider->block() + ['JobType' => 'FUL', 'LearnerRecordCount' => 2, 'Learner' => [$insufficient, $new]];
    $answer = $service->submitBatchRegistration(['LearnerRecordCount' => 3] + $batch);
    expect($name, 'a-wrong-count', $answer->ResponseCode, 'WSRC0017');
    $answer = $service->submitBatchRegistration($batch);
    expect($name, 'submitBatchRegistration', $answer->ResponseCode, 'WSRC0007');
    $asked = $provider->block() + ['JobID' => $answer->JobID];
    $output = finished(fn () => $service->getBatchRegistrationOutput($asked), 'JobStatus');
    expect($name, 'getBatchRegistrationOutput', $output->ResponseCode, 'WSRC0009');
    $counters = [$output->NewLearnersCount, $output->ExistsUpdatedLearnersCount, $output->PossibleMatchLearnersCount,
        $output->LearnersNotFoundCount, $output->RejectedLearnersCount];
    insist($counters === [1, 0, 0, 0, 1], 'one learner is new and one is rejected');
    $rows = array_map(fn ($row) => [$row->MISIdentifier, $row->ReturnCode], $output->Learner);
    insist($rows === [['insufficient', 'RC006'], ['new', 'RC001']], 'the output has the order of the batch');
    insist(($output->Learner[0]->ULN ?? '') === '', 'who is rejected has no ULN');
    $person = ['ULN' => $output->Learner[1]->ULN, 'FamilyName' => $new['FamilyName'], 'GivenName' => $new['GivenName']];
    $found = $service->learnerByULN(['FindType' => 'FUL'] + $provider->block() + $person);
    insist($found->ResponseCode === 'WSRC0004', 'who was created is found');
    $unknown = $service->getBatchRegistrationOutput(['JobID' => 9_000_000_000] + $asked);
    expect($name, 'an-unknown-job', $unknown->ResponseCode, 'WSRC0018');

    $question = ['FamilyName' => $family, 'GivenName' => $given, 'DateOfBirth' => null, 'Gender' => null];
    $batch = ['LearnerRecordCount' => 2, 'OrgEmail' => null, 'Learner' => [
        ['MISIdentifier' => 'nobody', 'ULN' => '1000000000'] + $question,
        ['MISIdentifier' => 'match', 'ULN' => $uln] + $question,
    ]];
    $answer = $service->submitVerifyBatch($provider->block() + $batch);
    expect($name, 'submitVerifyBatch', $answer->ResponseCode, 'WSRC0025');
    $asked = $provider->block() + ['JobID' => $answer->JobID];
    $output = finished(fn () => $service->getVerifyBatchOutput($asked), 'JobStatus');
    expect($name, 'getVerifyBatchOutput', $output->ResponseCode, 'WSRC0027');
    $rows = array_map(fn ($row) => [$row->MISIdentifier, $row->ResponseCode, $row->ULN ?? null], $output->VerifiedLearner);
    insist($rows === [['nobody', 'WSVRC006', null], ['match', 'WSVRC001', $uln]], 'the output has the order of the batch');
}

function learner_service_r9(Organisation $provider, string $uln, string $given, string $family): void
{
    $name = 'LearnerServiceR9';
    $service = $provider->service($name);
    $common = ['invokingOrganisation' => $provider->invoking(), 'userType' => 'ORG', 'vendorId' => 1, 'language' => 'ENG'];
    $person = ['uln' => $uln, 'givenName' => $given, 'familyName' => $family];

    $answer = $service->LearnerByUln($common + $person + ['findType' => 'FUL'])->LearnerByUlnResult;
    expect($name, 'LearnerByUln', $answer->ResponseCode, 'WSRC0004');
    insist($answer->Learner->Uln === $uln, 'the learner is the one asked for');
    insist(str_starts_with($answer->Learner->DateOfBirth, '2006-05-04'), 'the date of birth is the one registered');

    $answer = $service->GetLearnerLearningEvents(['invokingOrganisation' => $provider->invokingR10(), 'userType' => 'ORG',
        'vendorID' => 1, 'language' => 'ENG'] + $person + ['dateOfBirth' => null, 'gender' => null, 'getType' => 'FULL']);
    $answer = $answer->GetLearnerLearningEventsResult;
    expect($name, 'GetLearnerLearningEvents', $answer->ResponseCode, 'WSRC0004');
    insist($answer->LearnerRecord !== null, 'the record is there although it is empty');

    $answer = $service->GetLearnerRecord($common + ['contactType' => 'WEB'] + $person
        + ['dateOfBirth' => null, 'gender' => null, 'postcode' => null])->GetLearnerRecordResult;
    expect($name, 'GetLearnerRecord', $answer->ResponseCode, 'WSRC0004');

    $answer = $service->UpdateLearnerSubsetFields($common + ['uln' => $uln, 'versionNumber' => 2,
        'emailAddress' => 'synthetic@learner.example', 'telephoneNumber' => null, 'abilityToShare' => 'NotProvided',
        'schoolAtAge16' => 'Example School', 'preferredGivenName' => null]);
    expect($name, 'UpdateLearnerSubsetFields', $answer->UpdateLearnerSubsetFieldsResult, 'WSRC0006');

    $answer = $service->ViewAudit($common + ['learnerUln' => $uln, 'learnerGivenName' => $given,
        'learnerFamilyName' => $family, 'page' => 1])->ViewAuditResult;
    insist($answer->TotalItems >= 2 && $answer->List->PlrAccessEntryResponse[0]->User === 'php', 'the audit lists this client');
    expect($name, 'ViewAudit', 'listed', 'listed');

    $answer = $service->GetOrganisation($common + ['ukPrn' => $provider->ukprn, 'orgRef' => null])->GetOrganisationResult;
    expect($name, 'GetOrganisation', $answer->ResponseCode, 'WSRC0004');

    $parts = ['AccreditationNumber', 'AwardingBody', 'QualificationLevel', 'AimTitle', 'AchievedDate', 'AchievedGrade',
        'TotalCredits', 'CreditValue', 'LanguageForAssessment', 'Provider', 'Type', 'StartDate', 'EndDate'];
    $values = [];
    foreach ($parts as $part) {
        $values["original$part"] = null;
        $values["supplied$part"] = $part === 'AimTitle' ? 'Bakery' : null;
    }
    $answer = $service->CreateDataChallenge($common + $person + $values + ['challengeType' => 'missing-event',
        'dateOfBirth' => '2006-05-04T00:00:00', 'gender' => null, 'contactName' => 'php', 'telephone' => '0',
        'emailAddress' => 'php@college.example', 'additionalInformation' => 'Seen.', 'learningEvent1Id' => 0,
        'source1' => null, 'learningEvent2Id' => 0, 'source2' => null])->CreateDataChallengeResult;
    expect($name, 'CreateDataChallenge', $answer->ResponseCode, 'WSRC0050');
    $reference = $answer->DataChallengeReference;

    $answer = $service->ListDataChallenge($common + ['uln' => $uln, 'dateCreatedStart' => null,
        'dateCreatedEnd' => null])->ListDataChallengeResult;
    expect($name, 'ListDataChallenge', $answer->ResponseCode, 'WSRC0004');

    $answer = $service->DeleteDataChallenge($common + ['uln' => $uln,
        'referenceNumber' => $reference])->DeleteDataChallengeResult;
    expect($name, 'DeleteDataChallenge', $answer->ResponseCode, 'WSRC0051');

    $wrong = new Organisation('PROVIDER', 'not-the-password');
    $message = ['invokingOrganisation' => $wrong->invoking(), 'userType' => 'ORG', 'vendorId' => 1, 'language' => 'ENG',
        'ukPrn' => $provider->ukprn, 'orgRef' => null];
    expect($name, 'a-wrong-password', fault_code($wrong->service($name), 'GetOrganisation', $message), 'WSEC0005');
}

function external_service(Organisation $provider, Organisation $awarding, string $uln, string $given, string $family): void
{
    $name = 'ExternalService';
    $service = $awarding->service($name);
    $achievement = ['AchievementAwardDate' => '2024-08-22', 'Action' => 1, 'ActionDate' => '2024-08-23',
        'FamilyName' => $family, 'GivenName' => $given, 'Grade' => '7', 'ProviderUkprn' => variable('PROVIDER_UKPRN'),
        'Uln' => $uln, 'UnitOrQualificationReferenceNumber' => '601/7001/3'];
    $unknown = ['UnitOrQualificationReferenceNumber' => '600/1166/X'] + $achievement;
    $message = ['invokingUser' => $awarding->user(), 'emailAddress' => 'results@awarding.compatibilitytest.com', 'submissionType' => 'Final',
        'achievements' => ['Achievement' => [$achievement, $unknown]]];
    $answer = $service->SubmitAchievementBatchJob($message)->SubmitAchievementBatchJobResult;
    expect($name, 'SubmitAchievementBatchJob', $answer->ResponseCode, 'WSRC0007');
    $message = ['invokingUser' => $awarding->user(), 'jobId' => $answer->JobId];
    $report = finished(fn () => $service->GetAchievementBatchJob($message)->GetAchievementBatchJobResult, 'Status');
    expect($name, 'GetAchievementBatchJob', $report->ResponseCode, 'WSRC0009');
    insist($report->AchievementsCreated === 1 && $report->BusinessRuleErrors === 1, 'one record was accepted and one refused');
    insist($report->JobID === $message['jobId'] && $report->NumberOfRecords === 2, 'the report is that of the job');
    insist(str_contains($report->AchievementBatchErrorFile, ',B001,'), 'the error file names the code');

    $record = $provider->service('LearnerServiceR9')->GetLearnerLearningEvents(['invokingOrganisation' => $provider->invokingR10(),
        'userType' => 'ORG', 'vendorID' => 1, 'language' => 'ENG', 'uln' => $uln, 'givenName' => $given, 'familyName' => $family,
        'dateOfBirth' => null, 'gender' => null, 'getType' => 'FULL'])->GetLearnerLearningEventsResult->LearnerRecord;
    insist(count($record->LearningEvent) === 1, 'the accepted achievement is in the record, the refused one is not');
    $event = $record->LearningEvent[0];
    insist([$event->AchievementAwardDate, $event->Grade, $event->SubjectCode] === ['2024-08-22', '7', '601/7001/3'], 'the event is the achievement');

    $wrong = new Organisation('AO', 'not-the-password');
    $message = ['invokingUser' => $wrong->user(), 'jobId' => 1];
    expect($name, 'a-wrong-password', fault_code($wrong->service($name), 'GetAchievementBatchJob', $message), 'WSEC0005');
}

$provider = new Organisation('PROVIDER');
$awarding = new Organisation('AO');
[$uln, $given, $family] = learner_service($provider, $awarding);
learner_batches($provider, $uln, $given, $family);
learner_service_r9($provider, $uln, $given, $family);
external_service($provider, $awarding, $uln, $given, $family);
