namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>Checks that the list of steps in the README is the list that runs against the real server.</summary>
public sealed class ConsoleStepsTests
{
    [Fact]
    public void The_steps_of_the_readme_are_performed_in_the_same_order() =>
        Assert.Equal(QuickStart.Readme.Steps.Select(step => step.Title), ConsoleSteps.All.Select(step => step.Title));

    [Fact]
    public void Each_value_that_a_step_tells_the_reader_to_type_is_sent()
    {
        foreach (var (step, performed) in QuickStart.Readme.Steps.Zip(ConsoleSteps.All))
        {
            var sent = string.Join('\n', performed.Requests.Select(request => $"{request.Path} {request.Body}"));
            Assert.All(step.Values, value => Assert.Contains(value, sent, StringComparison.Ordinal));
        }
    }
}
