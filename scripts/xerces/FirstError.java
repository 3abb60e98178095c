import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import javax.xml.transform.Source;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXParseException;

/**
 * Validates the documents on standard input, one per line in base64, against the schemas given as arguments. For each
 * it prints the first error that the JDK's validator (Xerces) finds, in base64, or an empty line.
 */
public class FirstError {
    public static void main(String[] files) throws Exception {
        Source[] sources = Arrays.stream(files).map(file -> new StreamSource(new File(file))).toArray(Source[]::new);
        Schema schema = SchemaFactory.newInstance("http://www.w3.org/2001/XMLSchema").newSchema(sources);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String document = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
            String[] first = {""};
            Validator validator = schema.newValidator();
            validator.setErrorHandler(new ErrorHandler() {
                public void warning(SAXParseException warning) {}

                public void error(SAXParseException error) {
                    first[0] = first[0].isEmpty() ? error.getMessage() : first[0];
                }

                public void fatalError(SAXParseException error) throws SAXParseException {
                    throw error;
                }
            });
            validator.validate(new StreamSource(new StringReader(document)));
            System.out.println(Base64.getEncoder().encodeToString(first[0].getBytes(StandardCharsets.UTF_8)));
        }
    }
}
