import java.nio.file.Paths;
import javax.xml.ws.BindingProvider;
import org.tempuri.LearnerPortType;
import org.tempuri.LearnerServiceProxy;
import org.tempuri.MIAPAPIException;
import uk.gov.miap.lrs.api.findmsg.LearnerByULNRqst;

/**
 * Reads faults of LearnerService by their type, with classes that wsimport made from the contract in the file named first. Prints for each
 * fault `ok CODE|ACTOR|DESCRIPTION|DETAILS|TIME`.
 */
public class FaultReader {
    public static void main(String[] arguments) throws Exception {
        LearnerServiceProxy service = new LearnerServiceProxy(Paths.get(arguments[0]).toUri().toURL());
        LearnerPortType port = service.getPort(LearnerPortType.class);
        ((BindingProvider) port).getRequestContext().put(
            BindingProvider.ENDPOINT_ADDRESS_PROPERTY, System.getenv("LRS_URL") + "/LearnerService.svc");
        fault(port, "FUL", "not-the-password");
        fault(port, "ALL", System.getenv("PROVIDER_PASSWORD"));
    }

    private static void fault(LearnerPortType port, String findType, String password) {
        LearnerByULNRqst request = new LearnerByULNRqst();
        request.setFindType(findType);
        request.setUKPRN(System.getenv("PROVIDER_UKPRN"));
        request.setOrgPassword(password);
        request.setUserName("java");
        request.setULN("1000000000");
        request.setGivenName("No");
        request.setFamilyName("Body");
        try {
            throw new IllegalStateException("an answer: " + port.learnerByULN(request).getResponseCode());
        } catch (MIAPAPIException refused) {
            uk.gov.miap.lrs.api.exceptions.MIAPAPIException fault = refused.getFaultInfo();
            System.out.println("ok " + String.join("|", fault.getErrorCode().getValue(), fault.getErrorActor().getValue(),
                fault.getDescription().getValue(), fault.getFurtherDetails().getValue(),
                fault.getErrorTimestamp().getValue()));
        }
    }
}
