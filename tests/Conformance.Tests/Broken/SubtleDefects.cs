namespace Cairn.Conformance.Tests.Broken;

/// <summary>Broken drivers that were written from the page on semantics alone, by someone who had not read the kit.</summary>
internal static class SubtleDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of("Asks for the version in reads of the whole file only.", driver => new ForgetsTheVersionInRanges(driver), "RangeTests"),
        Of("Refuses to read an empty file from its start, because the start is at its end.", driver => new RefusesToReadEmptyFiles(driver), "RangeTests"),
        Of("Computes the end of a range in 32 bits.", driver => new ComputesRangesIn32Bits(driver), "RangeTests"),
        Of("Says of a range that it is the whole file: the length is that of the range.", driver => new SaysTheLengthOfTheRange(driver), "RangeTests"),
        Of("Opens a file for one reader at a time.", driver => new ReadsForOneAtATime(driver), "ReadStreamTests"),
        Of("Reads a directory as an empty file.", driver => new ReadsDirectoriesAsEmptyFiles(driver), "DirectoryTests"),
        Of("Loses content type and metadata on the way of a read, although a look at the file shows them.", driver => new ReadsWithoutAttributes(driver), "AttributesTests"),
        Of("Keeps the path of a call in a field, so that two calls at once answer for one path.", driver => new KeepsThePathInAField(driver), "RaceTests"),
        Of("Says of every failure that trying again may help.", driver => new CallsEverythingTransient(driver), "ErrorTests"),
        Of("Writes over a version that is gone as if it were there.", driver => new MatchesWhatIsGone(driver), "ConditionalWriteTests"),
        Of("Looks at the version when the write begins, and not when it is published.", driver => new ChecksTheVersionAtTheBeginning(driver), "ConditionalWriteTests"),
        Of("Says that something is there already when a version does not match.", driver => new MistakesTheCondition(driver), "ConditionalWriteTests"),
        Of("Takes an empty last part for the sign that the part before it is the last, and drops that.", driver => new DropsThePartBeforeAnEmptyOne(driver), "OutOfOrderPartTests"),
        Of("Keeps the content type and metadata of the old version where the new one has none.", driver => new InheritsAttributes(driver), "AttributesTests"),
        Of("Cuts the parameters off a content type.", driver => new CutsContentTypeParameters(driver), "AttributesTests"),
        Of("Answers a write with the version that was there before it.", driver => new AnswersWithTheOldVersion(driver), "ConditionalWriteTests"),
        Of("Publishes first and looks at the token then.", driver => new PublishesBeforeItLooksAtTheToken(driver), "CancellationTests"),
        Of("Takes the other uploads of a file for garbage once one of them is complete.", driver => new CompletionRemovesTheOthers(driver), "StagedTests"),
        Of("Cannot complete a second time after a success, as when only the answer was lost.", driver => new CannotCompleteAgain(driver), "FaultedWriteTests"),
        Of("Assumes that every part but the last has the size that it asked for, although it accepts any size.", driver => new PlacesPartsByNumber(driver), "OutOfOrderPartTests"),
        Of("Cuts a segment after 100 characters.", driver => new CutsLongNames(driver), "OddNameTests"),
        Of("Drops the control characters of a name.", driver => new DropsControlCharacters(driver), "OddNameTests"),
        Of("Takes what begins with a dot for hidden, and does not list it.", driver => new HidesDotNames(driver), "GlobTests", "OddNameTests"),
        Of("Hides a directory where a file has its name.", driver => new HidesDirectoriesBehindFiles(driver), "ListTests"),
        Of("Compares the name prefix with the last segment, also in the depth.", driver => new MatchesPrefixesAgainstTheName(driver), "ListTests"),
        Of("Takes upper and lower case for one in name prefixes.", driver => new FoldsCaseOfPrefixes(driver), "ListTests"),
        Of("Compares positions with a directory's name without its slash.", driver => new ComparesPositionsWithoutTheSlash(driver), "OffsetExclusivityTests"),
        Of("Counts the entries that are asked for before it drops those up to the position.", driver => new CountsBeforeItFilters(driver), "ExistsTests"),
        Of("Lists a directory that was made as the first entry of itself.", driver => new ListsTheDirectoryItself(driver), "ListTests"),
        Of("Lists a file as the content of the directory of its name.", driver => new ListsAFileAsItsDirectory(driver), "GlobTests"),
        Of("Lists the files that are being written, empty.", driver => new ListsUploadsInProgress(driver), "ListTests"),
        Of("Lists no versions.", driver => new ListsWithoutVersions(driver), "StatTests"),
        Of("Looks at the version when it deletes one file, and not when it deletes several.", driver => new DeletesAnyVersionInBatches(driver), "DeleteTests"),
        Of("Fails to delete a version of a file that is gone.", driver => new FailsToDeleteAVersionThatIsGone(driver), "DeleteTests"),
        Of("Deletes with a file all that is below its name.", driver => new DeletesTheTreeOfThatName(driver), "DirectoryTests"),
        Of("Leaves a batch at its first failure and says of the rest that it is deleted.", driver => new LeavesABatchAtItsFirstFailure(driver), "DeleteTests"),
        Of("Removes the directory with the last file in it, also one that was made.", driver => new SweepsEmptyDirectories(driver), "DirectoryTests"),
        Of("Forgets that a directory was made once a file is in it.", driver => new ForgetsMadeDirectories(driver), "DirectoryTests"),
        Of("Fails to make a directory that is there.", driver => new MakesADirectoryOnce(driver), "DirectoryTests"),
        Of("Removes every staged upload when it is asked to remove one.", driver => new RemovesAllThatIsStaged(driver), "StagedTests"),
        Of("Fails to remove a staged upload that is gone.", driver => new FailsToRemoveStagedThatIsGone(driver), "StagedTests"),
        Of("Hides a staged upload that was removed, and publishes it all the same when its writer goes on.", driver => new PublishesWhatWasRemoved(driver), "StagedTests"),
        Of("Answers a copy with the facts of its source.", driver => new AnswersACopyWithItsSource(driver), "CopyTests"),
        Of("Copies into the attributes of the file that is there: what the source lacks stays.", driver => new CopiesIntoTheOldAttributes(driver), "CopyTests"),
        Of("Moves the bytes and no attributes.", driver => new MovesWithoutAttributes(driver), "MoveTests"),
        Of("Moves over any version where one was asked for.", driver => new MovesOverAnyVersion(driver), "MoveTests"),
        Of("Copies over any version where one was asked for.", driver => new CopiesOverAnyVersion(driver), "CopyTests"),
        Of("Moves a file that is missing, and says that it did.", driver => new MovesWhatIsMissing(driver), "MoveTests"),
        Of("Copies only the first megabyte.", driver => new CopiesTheFirstMegabyte(driver), "CopyTests"),
        Of("Loses content type and metadata of what it touches.", driver => new TouchLosesAttributes(driver), "TouchTests"),
        Of("Makes the file that it touches where it is missing.", driver => new TouchMakesFiles(driver), "TouchTests"),
    ];

    private static Defect Of<TDriver>(string what, Func<Providers.StoreDriver, TDriver> make, params string[] suites)
        where TDriver : Providers.StoreDriver =>
        new(typeof(TDriver).Name, what, new(make), suites);
}
