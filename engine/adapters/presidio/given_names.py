"""Given names that are hardly ever anything else."""

_NAMES = """
Aaliyah Aaron Abdul Abdullah Abel Abena Abigail Abraham Ada Adaeze Adam Addie Adele Adrian Adriana
Adrienne Agata Agnes Agnieszka Ahmed Ahmet Aida Aiko Aimee Aisha Aişe Akash Akiko Akira Alan Albert
Alberta Alberto Alejandro Aleksander Aleksandra Aleksei Alessandra Alessandro Alessia Alex
Alexander Alexandra Alexei Alexis Alfonso Alfred Alfredo Ali Alia Alice Alicia Alina Aline Alisha
Alison Allan Allen Allison Alma Alois Alonzo Alton Alvin Alyssa Amadou Amanda Amara Amelia Amina
Amir Amira Amit Amos Amy Amélie Ana Anastasia Anaïs Anders Andre Andrea Andrej Andres Andrew
Andrzej André Andrés Andy Angela Angelica Angelika Angelina Angelo Angie Anika Anita Anja Anke Ann
Anna Anne Anneke Annette Annie Annika Anouk Anselm Anthony Antje Antoine Antoinette Anton Antonia
Antonio Antônio Aoife Arash Archie Arjun Arlene Armando Arne Arnold Arthur Arturo Arvid Asha Ashley
Ashok Astrid Asuka Aubrey Audrey Aurora Aurélie Axel Ayesha Ayşe Babajide Baptiste Barbara Barry
Bartosz Beata Beatrice Beatriz Becky Belinda Ben Bence Benedikt Benjamin Bennie Benny Benoît
Bernadette Bernard Bernd Bernice Bert Bertha Bessie Beth Bethany Betsy Bettie Betty Beulah Beverly
Billie Billy Birgit Birgitta Björn Blake Blanca Blanche Bob Bobbie Bobby Bogdan Bonita Bonnie Boyd
Bożena Brad Bradley Brandi Brandon Brandy Branko Brenda Brendan Brent Brett Brian Bridget Brigitte
Britta Brittany Brittney Brooke Bruce Bruno Bryan Bryant Byron Caitlin Caleb Calvin Cameron Camille
Candace Candice Cara Carina Carl Carla Carlo Carlos Carlton Carmen Carol Carole Carolin Caroline
Carolyn Carrie Cary Casey Cassandra Cassie Catarina Caterina Catherine Cathy Cecelia Cecil Cecilia
Cedric Celeste Celia Cesar Chad Chantal Charlene Charles Charlie Charlène Cheri Cherie Cheryl
Chester Chiamaka Chiara Chinedu Chioma Chloé Chris Christa Christie Christina Christine Christoph
Christopher Christy Ciarán Cindy Claire Clara Clarence Claude Claudia Clayton Cleo Clifford Clifton
Clint Clinton Clyde Clémence Cody Colin Colleen Concepción Connie Conrad Constance Consuelo Cora
Corey Corinne Cornelia Cornelius Cory Cosima Courtney Craig Cristiano Cristina Curtis Cynthia
Cécile Céline Daan Dagmar Dagny Daisuke Damien Damon Dan Dana Daniel Daniela Daniele Danielle Danny
Danuta Darin Dario Darla Darlene Darnell Darrel Darrell Darren Darrin Darryl Daryl Dave David
Deanna Debbie Debora Deborah Debra Deepak Deepika Delbert Delia Della Delores Deloris Delphine Dena
Denise Dennis Derek Derrick Desiree Devin Dewey Dexter Diana Diane Dianna Dianne Diego Dieter
Dietmar Dimitri Dina Dirk Dixie Dmitri Dmitry Dolores Domingo Dominic Dominick Dominik Dominika
Donald Donna Donnie Dora Doreen Doris Dorota Dorothea Dorothy Dorthy Doug Douglas Doyle Dragan
Duane Dustin Dwayne Dwight Earnest Ebba Ebony Eddie Edgar Edith Edmond Edmund Edna Edoardo Eduardo
Edward Edwin Effie Egon Eileen Eirik Ekaterina Elaine Elbert Eleanor Elena Eleni Eleonora Elias
Elif Elijah Elin Elisa Elisabeth Elisabetta Elise Elizabeth Eliška Elke Ella Ellen Ellis Elmer
Elodie Eloise Elsa Elsie Elva Elvira Emanuel Emeka Emil Emilia Emiliano Emilio Emily Emine Emma
Emmett Emre Enrico Enrique Eric Erica Erick Erik Erika Erin Erma Ernest Ernestine Ernesto Ervin
Esperanza Esra Essie Esteban Estella Estelle Esther Ethel Etienne Etta Eugene Eugenia Eugenio Eula
Eunice Eva Evan Evelyn Everett Ewa Fabian Fabio Fabrizio Fannie Farid Fatima Fatma Fay Faye
Federica Federico Felicia Felicitas Felipe Felix Fernanda Fernando Filip Filippo Fiona Flora
Florian Floyd Forrest Frances Francesca Francesco Francine Francis Francisca Francisco Franck Frank
Frankie Franklin Franz Franziska François Françoise Fred Freda Freddie Frederick Fredrick Freja
Freya Frida Friedrich Frédéric Fábio Gabriel Gabriela Gabriele Gail Gareth Garrett Garry Gary Gayle
Geert Genevieve Geoffrey Geoffroy George Gerald Geraldine Gerard Gerardo Gerda Gerhard Gernot
Gertrude Giacomo Gianluca Gianni Gilbert Gilberto Gina Giorgio Giovanni Giulia Giulio Giuseppe
Gladys Glenda Gloria Goldie Gonzalo Gordon Gracjan Grady Grażyna Greg Gregg Gregory Gretchen
Grzegorz Guadalupe Guido Guillaume Guillermo Gunnar Gustav Gustavo Gwen Gwendolyn György Günter
Hakan Halina Hamid Hamza Hanna Hannah Hanne Hans Harold Harriet Harry Haruka Haruto Harvey Hasan
Hassan Hattie Hector Heidi Heike Heinrich Heinz Helen Helena Helene Helga Helmut Hendrik Henrietta
Henrik Henry Herbert Herman Hermann Hilda Hiroko Hiroshi Horace Horst Howard Hubert Hugh Hugo
Hussein Ian Ibrahim Ida Ignacio Igor Ilaria Ilona Ilse Imran Ina Inez Inga Inge Ingeborg Ingrid
Inês Ira Irena Irene Irina Irma Irvin Irving Isaac Isabel Isabella Isabelle Ismael Ismail István
Iva Ivan Ivana Iveta Iwona Izabela Jaakko Jacek Jackie Jacob Jacqueline Jacquelyn Jaime Jake Jakob
Jakub Jamal James Jamie Jana Jane Janelle Janet Janette Janez Janice Janie Janina Janine Janis
Jared Jarmila Jaroslav Jasmine Jason Javier Jay Jeanette Jeanne Jeannette Jeannie Jeff Jeffery
Jeffrey Jelena Jenifer Jenna Jennie Jennifer Jenny Jens Jerald Jeremiah Jeremy Jermaine Jerome
Jerry Jesse Jessica Jessie Jesus Jesús Jill Jillian Jim Jimmie Jimmy Jiří Joachim Joan Joana Joann
Joanna Joanne Joaquín Jochen Jodi Jody Joe Joel Joey Johan Johanna Johannes John Johnathan Johnnie
Johnny Jolanta Jon Jonas Jonathan Jonathon Joost Jordi Jorge Jose Josef Josefa Josefina Joseph
Josephine Josh Joshua Josie José Joyce João Juan Juana Juanita Judith Judy Juha Julia Julian
Juliane Julie Julien Julio Julius Justin Justyna Jérôme József Jörg Jürgen Kai Kaito Kamal Kamil
Kara Karel Karen Kari Karin Karl Karla Karolina Katarzyna Katarína Kate Kateryna Katharina
Katherine Kathleen Kathryn Kathy Katie Katrin Katrina Katrine Kay Kayla Kazimierz Kazuo Keiko Keith
Kelli Kellie Kelly Kelsey Kelvin Ken Kendra Kenji Kenneth Kenny Kerri Kerry Kerstin Kevin Khadija
Khalid Kimberley Kimberly Kirk Kirsten Kjell Klara Klaus Knut Koffi Konrad Konstantin Krista
Kristen Kristi Kristie Kristin Kristina Kristine Kristopher Kristy Krystal Krystyna Krzysztof Kurt
Kwame Kyle Lamar Lana Lance Lara Larry Lars Lasse Laszlo Latasha Latifa Latonya Latoya Laura Laurel
Lauren Laurence Laurent Laurie Laverne Lawrence Leah Leandro Leif Leigh Leila Lela Leland Lena
Lennart Lenora Leo Leon Leona Leonard Leonardo Leonie Leroy Leslie Lester Leszek Leticia Levi
Lieselotte Lila Lillian Lillie Linda Lindsay Lindsey Linnea Lionel Lisa Ljubica Lloyd Lois Lola
Lonnie Lora Lorena Lorene Lorenzo Loretta Lori Lorna Lorraine Lothar Lottie Louis Louise Lubomir
Luca Lucas Lucia Lucie Lucille Lucinda Lucy Lucía Ludmila Ludovic Ludwig Luigi Luis Luisa Lukas
Luke Lula Luther Lydia Lyle Lynda Lynette Lynne László Maarten Mabel Mable Maciej Maddalena
Madeline Mads Mae Magda Magdalena Maggie Magnus Mahmoud Maja Malcolm Malgorzata Malik Mamie Mandy
Manfred Manuel Manuela Marc Marcel Marcela Marcella Marcelo Marcia Marcin Marco Marcos Marcus Marek
Margaret Margarethe Margarita Margie Margit Margot Marguerite Maria Mariana Marianne Marie Marija
Marilyn Mario Marion Marissa Mariusz Marjorie Markus Marla Marlene Marlon Marsha Marshall Marta
Martha Martin Martina Marty Martín Marvin Mary Maryann María Massimo Mateo Mateusz Mathew Mathias
Mathieu Mathilde Matilda Matt Matteo Matthew Matthias Mattie Maude Maureen Maurice Maurizio
Maximilian Maxine Małgorzata Megan Meghan Mehmet Meike Melanie Melba Melinda Melissa Melvin
Meredith Merle Mette Michael Michal Michał Micheal Michele Michelle Miguel Mihai Mikael Mike
Mikhail Mikko Mildred Milena Miloš Milton Mina Mindy Minnie Mira Miranda Miriam Mirko Miroslav
Misty Mitchell Mohamed Mohammad Mohammed Molly Mona Monica Monika Monique Morgan Moritz Morten
Moses Muhammad Muriel Mustafa Myra Myrna Myron Myrtle Mélanie Mónica Nadia Nadine Nadja Nancy Naoko
Naomi Natalia Natalie Natasha Nathalie Nathan Nathaniel Neal Neha Neil Nell Nellie Nettie Nicholas
Nichole Nick Nicola Nicolas Nicole Nikhil Nikki Nikola Nikolai Nikolaos Nina Noah Nora Norbert
Norman Noémie Nuno Nuria Odile Olaf Oleg Olena Olga Oliver Olivia Olivier Ollie Oluwaseun Omar
Ondřej Orville Oscar Oskar Osman Otis Owen Pablo Pam Pamela Paola Paolo Pascal Patrica Patrice
Patricia Patrick Patrizia Patrícia Patsy Patti Patty Paul Paula Paulette Paulina Pauline Pavel
Pawel Paweł Peder Pedro Peggy Pekka Percy Pete Peter Petr Petra Phil Philip Philippe Phillip
Phyllis Pia Pierre Pilar Piotr Polly Pooja Priscilla Priya Priyanka Quentin Rachael Rachel Rachid
Radek Radosław Rafael Rafał Rahul Raimund Rainer Raj Rajesh Ralf Ralph Ramiro Ramon Ramona Ramón
Randal Randall Randolph Randy Raquel Rashid Raul Ravi Raymond Raúl Reba Rebecca Rebekah Rebekka
Regina Reginald Reinhard Rena Renata Renate Rene Renee René Rhonda Ricardo Riccardo Richard Rick
Rickey Ricky Rikke Rita Robert Roberta Roberto Robin Robyn Rochelle Rocío Roderick Rodney Rodolfo
Rodrigo Rogelio Roger Roland Rolando Romain Ron Ronald Ronda Ronnie Rosa Rosalie Rosemarie Rosemary
Rosetta Rosie Roxana Roxanne Roy Ruben Rudolph Rudy Rufus Rui Ruslan Russell Ruth Ryan Régine
Rüdiger Sabine Sabrina Sadie Sakura Sallie Sally Salma Salvador Salvatore Sam Samantha Samira Sammy
Samuel Sandeep Sandra Sandro Sandy Sanjay Santos Sara Sarah Saskia Satoshi Saul Scott Sean
Sebastian Sergei Sergio Seth Severin Shane Shanna Shannon Shari Sharon Shaun Shawn Shawna Sheila
Shelby Sheldon Shelia Shelley Shelly Sheri Sherman Sherri Sherrie Sherry Sheryl Shirley Sidney
Sigrid Silke Silvia Simon Simone Siobhán Slavica Sofia Sofía Solveig Sonia Sonja Sonya Sophia
Sophie Stacey Stacie Stacy Stanislav Stanisław Stanley Stefan Stefania Stefanie Stefano Steffen
Stella Stephanie Stephen Steve Steven Stuart Stéphane Stéphanie Sunil Sunita Suresh Susan Susana
Susanne Susie Suzanne Sven Svetlana Swati Sylvain Sylvester Sylvia Sylvie Szymon Sándor Sébastien
Søren Tabitha Tadeusz Takashi Tamara Tami Tamika Tammie Tammy Tamás Tanja Tanya Tara Tarek Tariq
Tasha Tatiana Tatjana Taylor Ted Terence Teresa Tereza Teri Terrance Terrell Terrence Terri Terry
Thelma Theodore Theresa Therese Thiago Thierry Thomas Thorsten Thérèse Tibor Tiffany Tilman Tim
Timmy Timo Timothy Timothée Tina Tobias Toby Todd Tom Tomas Tomasz Tommie Tommy Tomoko Tomás Tomáš
Toni Tony Tonya Torsten Tove Tracey Traci Tracie Tracy Travis Trevor Tricia Trina Trine Trisha
Trudy Tuomas Tyler Tyrone Ulf Ulla Ulrich Ulrike Umar Ursula Ute Uwe Valentina Valeria Valerie
Valérie Vanessa Vasile Vasiliki Velma Vera Verna Vernon Veronica Veronika Vesna Vicente Vicki
Vickie Vicky Victor Victoria Vijay Vikram Viktor Viktoria Ville Vincent Vincenzo Viola Violeta
Vittorio Vivek Vivian Viviana Vladimir Volker Václav Wade Waldemar Wallace Walter Wanda Wayne
Wendell Wendy Werner Wesley Whitney Wiebke Wilbert Wilbur Wilfred Wilhelm Willard Willem William
Willie Willis Wilma Winfried Winifred Winston Witold Wojciech Wolfgang Woodrow Xavier Xiaoming Yann
Yannick Yara Yasmin Yasmine Yolanda Yosef Youssef Yuki Yuko Yulia Yuri Yusuf Yves Yvette Yvonne
Zachary Zahra Zainab Zbigniew Zdeněk Zeynep Zofia Zoltán Zoë Zsolt Zsófia Zuzana Åke Åsa Ömer Özlem
Øyvind Đorđe İbrahim Łucja Łukasz Şeyma Žana
"""

GIVEN_NAMES = frozenset(_NAMES.split())
"""The commonest names of the US census of 1990 (public domain) and common ones of other languages.

Left out are those that are words, places or months as well, such as Mark, Austin and June.
"""
